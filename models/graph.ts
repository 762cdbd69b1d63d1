/** @file A model's graph of layer calls: naming, running it on tensors, and letting go of what is used up. */
import type { Engine } from "../engine/device.ts";
import { ArgumentError } from "../engine/errors.ts";
import type { Tensor } from "../engine/tensor.ts";
import { InputLayer } from "./layers/input.ts";
import type { CallContext, Layer } from "./layers/layer.ts";
import { type SymbolicTensor, topologicalOrder } from "./symbolic.ts";

export class Graph {
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  /** every layer call, each after its inputs */
  readonly nodes: readonly SymbolicTensor[];
  /** every layer once, in the order of first use */
  readonly layers: readonly Layer[];

  constructor(inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.nodes = topologicalOrder(outputs);
    this.layers = [...new Set(this.nodes.map(({ layer }) => layer))];
    this.#checkInputs();
    nameLayers(this.layers);
  }

  /** Computes the outputs. Each activation is released after its last use unless the tape keeps it. */
  run(engine: Engine, values: readonly Tensor[], context: CallContext, inspect?: Inspect): Tensor[] {
    const results = new Map<SymbolicTensor, Tensor>();
    const uses = new Map<Tensor, number>();
    const consumers = this.#countConsumers();
    for (const [i, node] of this.inputs.entries()) {
      results.set(node, values[i]!);
      uses.set(values[i]!, Number.POSITIVE_INFINITY); // owned by the caller
    }
    for (const [index, node] of this.nodes.entries()) {
      if (results.has(node)) continue;
      const inputs = node.inputs.map((input) => results.get(input)!);
      const stream = context.stream * 256 + index + 1;
      const output = engine.scope(() => node.layer.call(inputs, { ...context, stream }));
      inspect?.(node.layer, output);
      results.set(node, output);
      uses.set(output, (uses.get(output) ?? 0) + consumers.get(node)!);
      for (const input of inputs) this.#useUp(engine, input, uses);
    }
    return this.outputs.map((node) => results.get(node)!);
  }

  #useUp(engine: Engine, tensor: Tensor, uses: Map<Tensor, number>): void {
    const left = uses.get(tensor)! - 1;
    uses.set(tensor, left);
    if (left === 0) engine.scopes.discard(tensor);
  }

  /** How often each call's result is used; outputs once more, by the caller. */
  #countConsumers(): Map<SymbolicTensor, number> {
    const counts = new Map(this.nodes.map((node) => [node, 0]));
    for (const node of this.nodes) {
      for (const input of node.inputs) counts.set(input, counts.get(input)! + 1);
    }
    for (const output of this.outputs) counts.set(output, counts.get(output)! + 1);
    return counts;
  }

  #checkInputs(): void {
    const open = this.nodes.find((node) => node.layer instanceof InputLayer && !this.inputs.includes(node));
    if (open) throw new ArgumentError("model: an output depends on an input that is not listed in `inputs`.");
    const unused = this.inputs.find((node) => !this.nodes.includes(node));
    if (unused) throw new ArgumentError("model: an input is listed that no output depends on.");
  }
}

/** Sees every layer's output while a graph runs, e.g. to find the first that is not finite. */
export type Inspect = (layer: Layer, output: Tensor) => void;

/** Gives unnamed layers Keras's automatic names: conv2d_1, conv2d_2, dense_1. Throws ArgumentError for a name used twice. */
function nameLayers(layers: readonly Layer[]): void {
  const counts = new Map<string, number>();
  const taken = new Set(layers.map(({ name }) => name).filter((name) => name !== ""));
  for (const layer of layers) {
    if (layer.name !== "") continue;
    const base = layer instanceof InputLayer ? "input" : snakeCase(layer.className); // Keras's input_1
    do {
      counts.set(base, (counts.get(base) ?? 0) + 1);
      layer.name = `${base}_${counts.get(base)}`;
    } while (taken.has(layer.name));
  }
  const names = layers.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) throw new ArgumentError(`model: two layers are named "${twice}".`);
}

/** Conv2D to conv2d, MaxPooling2D to max_pooling2d, Conv2DTranspose to conv2d_transpose. */
export function snakeCase(className: string): string {
  return className.replace(/(.)([A-Z][a-z])/g, "$1_$2").toLowerCase();
}

/** @file A model's graph of layer calls: running it on tensors, and letting go of what is used up. */
import { ArgumentError } from "../engine/errors.ts";
import type { OpEngine, Tensor } from "../engine/tensor.ts";
import { cast } from "../kernels/elementwise/index.ts";
import { l1l2Penalty } from "../kernels/losses/index.ts";
import { nameLayers } from "./layer-names.ts";
import { InputLayer } from "./layers/input.ts";
import type { CallContext, Layer, Mixed } from "./layers/layer.ts";
import { type LayerCall, type SymbolicTensor, topologicalOrder } from "./symbolic.ts";

export class Graph {
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  /** every layer call, each after those that make its inputs */
  readonly calls: readonly LayerCall[];
  /** every layer once, in the order of first use */
  readonly layers: readonly Layer[];
  /** random streams of one run */
  readonly streams: number;
  /** per call, the first of its streams */
  readonly #streams: readonly number[];
  /** the calls that stand for the inputs: an input may be a tensor within another model, which is cut there */
  readonly #entrances: ReadonlyMap<SymbolicTensor, LayerCall>;
  readonly #consumers: ReadonlyMap<SymbolicTensor, number>;

  /** `named`: the layers have names already, which may repeat where they come from several models */
  constructor(inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[], named = false) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.#entrances = new Map(inputs.map((tensor) => [tensor, entranceFor(tensor)]));
    this.calls = topologicalOrder(outputs, (tensor) => this.callOf(tensor));
    this.layers = [...new Set(this.calls.map(({ layer }) => layer))];
    this.#checkInputs();
    if (!named) nameLayers(this.layers);
    this.#consumers = countConsumers(this.calls, outputs);
    let streams = 0;
    this.#streams = this.calls.map(({ layer }) => {
      const first = streams + 1;
      streams += layer.streams;
      return first;
    });
    this.streams = streams;
  }

  /** The call that makes `tensor` in this graph. */
  callOf(tensor: SymbolicTensor): LayerCall {
    return this.#entrances.get(tensor) ?? tensor.call;
  }

  /** Computes the outputs. Each activation is released after its last use unless the tape keeps it. */
  run(engine: OpEngine, values: readonly Tensor[], context: CallContext): Tensor[] {
    const results = new Map<SymbolicTensor, Tensor>();
    const uses = new Map<Tensor, number>();
    for (const [i, node] of this.inputs.entries()) {
      results.set(node, values[i]!);
      uses.set(values[i]!, Number.POSITIVE_INFINITY); // owned by the caller
    }
    for (const [index, call] of this.calls.entries()) {
      if (results.has(call.outputs[0]!)) continue;
      const inputs = call.inputs.map((input) => results.get(input)!);
      const stream = context.stream + this.#streams[index]!;
      const mixed = context.mixed && this.#mixedFor(call, context.mixed);
      const outputs = callLayer(engine, call.layer, inputs, { ...context, stream, mixed });
      for (const [i, node] of call.outputs.entries()) {
        const output = outputs[i]!;
        results.set(node, output);
        uses.set(output, (uses.get(output) ?? 0) + (this.#consumers.get(node) ?? 0));
      }
      for (const output of outputs) if (uses.get(output) === 0) engine.scopes.discard(output);
      for (const input of inputs) this.#useUp(engine, input, uses);
    }
    return this.outputs.map((node) => results.get(node)!);
  }

  /** Within the graph activations are f16; what leaves it is what the caller wants. */
  #mixedFor({ outputs }: LayerCall, own: Mixed): Mixed {
    return outputs.some((output) => this.outputs.includes(output)) ? own : { output: "f16" };
  }

  #useUp(engine: OpEngine, tensor: Tensor, uses: Map<Tensor, number>): void {
    const left = uses.get(tensor)! - 1;
    uses.set(tensor, left);
    if (left === 0) engine.scopes.discard(tensor);
  }

  #checkInputs(): void {
    if (new Set(this.inputs).size !== this.inputs.length) {
      throw new ArgumentError("model: an input is listed twice.");
    }
    const isOpen = ({ layer, outputs }: LayerCall) =>
      layer instanceof InputLayer && !this.inputs.includes(outputs[0]!);
    if (this.calls.some(isOpen)) {
      throw new ArgumentError("model: an output depends on an input that is not listed in `inputs`.");
    }
    if (this.inputs.some((tensor) => !this.calls.includes(this.callOf(tensor)))) {
      throw new ArgumentError("model: an input is listed that no output depends on.");
    }
  }
}

/** Runs a layer and notes the penalty on its output, if it has one and somebody collects them. */
function callLayer(
  engine: OpEngine,
  layer: Layer,
  inputs: readonly Tensor[],
  context: CallContext,
): readonly Tensor[] {
  const { penalties } = context;
  const made = engine.scope(() => {
    const outputs = layer.callAll(suited(layer, inputs, context.mixed), context);
    for (const output of outputs) context.inspect?.(layer, output); // which may change it, and the penalty with it
    const { activityRegularizer: regularizer } = layer;
    if (regularizer && penalties) {
      const factors = { l1: regularizer.l1 / penalties.divisor, l2: regularizer.l2 / penalties.divisor };
      penalties.terms.push(...outputs.map((output) => l1l2Penalty(cast(output, "f32"), factors)));
    }
    return { outputs, terms: penalties?.terms }; // what is returned outlives the scope
  });
  return made.outputs;
}

/** In mixed precision, the inputs in an element type that the layer can take. */
function suited(layer: Layer, inputs: readonly Tensor[], mixed: Mixed | undefined): readonly Tensor[] {
  if (!mixed || layer.half === "takes") return inputs;
  const isHalf = ({ dtype }: Tensor) => dtype === "f16";
  if (layer.half === "keeps" && mixed.output === "f16" && inputs.every(isHalf)) return inputs;
  return inputs.map((x) => (isHalf(x) ? cast(x, "f32") : x));
}

function entranceFor(tensor: SymbolicTensor): LayerCall {
  if (tensor.layer instanceof InputLayer) return tensor.call;
  return { layer: new InputLayer(tensor.shape), inputs: [], outputs: [tensor] };
}

/** How often each call's result is used; outputs once more, by the caller. */
function countConsumers(
  calls: readonly LayerCall[],
  outputs: readonly SymbolicTensor[],
): Map<SymbolicTensor, number> {
  const counts = new Map<SymbolicTensor, number>();
  const used = [...calls.flatMap(({ inputs }) => inputs), ...outputs];
  for (const tensor of used) counts.set(tensor, (counts.get(tensor) ?? 0) + 1);
  return counts;
}

/** @file The graph of a model, its layers and what they give, as a layer that other models may use. */
import { ArgumentError, formatShape, nearest, ShapeError } from "../engine/errors.ts";
import { written } from "../engine/options.ts";
import { type Shape, sameShape } from "../engine/shape.ts";
import type { Tensor } from "../engine/tensor.ts";
import { Graph } from "./graph.ts";
import { connect, graphConfig } from "./graph-config.ts";
import { namesOf } from "./layer-names.ts";
import type { LayerConfig } from "./layers/config.ts";
import {
  type CallContext,
  type HalfSupport,
  type Inspect,
  Layer,
  type LayerClass,
  type LayerOptions,
} from "./layers/layer.ts";
import { layerOptions } from "./layers/layer-options.ts";
import { type StoredVariable, storedVariables } from "./stored-variables.ts";
import { formatSummary, type Summary, summarize } from "./summary.ts";
import { type SymbolicTensor, symbolicTensors } from "./symbolic.ts";

/** What a model is made of: its inputs and outputs, and a name. */
export interface ModelOptions extends LayerOptions {
  /** from input(), or tensors within another model, which is cut there */
  readonly inputs: SymbolicTensor | readonly SymbolicTensor[];
  readonly outputs: SymbolicTensor | readonly SymbolicTensor[];
}

/** A class of models that is made from a graph. */
interface GraphClass extends LayerClass {
  new (options: ModelOptions): GraphLayer;
}

/** A graph of layers that is a layer itself: what of a model is there before any engine. */
export abstract class GraphLayer extends Layer {
  readonly graph: Graph;
  /** the name is automatic, and no model that this one is in has settled it */
  #nameOpen: boolean;

  constructor(options: ModelOptions) {
    super(layerOptions("model", options, { inputs: true, outputs: true }));
    const list = (value: SymbolicTensor | readonly SymbolicTensor[]) =>
      symbolicTensors("model", [value].flat());
    this.graph = new Graph(list(options.inputs), list(options.outputs));
    this.#nameOpen = this.name === "";
    if (this.#nameOpen) this.name = "model_1";
  }

  /** Every layer once, in the order of first use. */
  get layers(): readonly Layer[] {
    return this.graph.layers;
  }

  /** The inputs, in the order in which data are given. */
  get inputs(): readonly SymbolicTensor[] {
    return this.graph.inputs;
  }

  /** The outputs, in the order in which results are given. */
  get outputs(): readonly SymbolicTensor[] {
    return this.graph.outputs;
  }

  /** The model's only output, to build on. Throws ArgumentError if there are several. */
  override get output(): SymbolicTensor {
    return this.single(this.outputs);
  }

  /** Keras's: those of the input layers. */
  get inputNames(): readonly string[] {
    return namesOf(this.inputs.map((tensor) => this.graph.callOf(tensor)));
  }

  /** Keras's: those of the output layers. */
  get outputNames(): readonly string[] {
    return namesOf(this.outputs);
  }

  /** Shape of one sample, of a model with one input. */
  get inputShape(): Shape {
    return this.single(this.graph.inputs).shape;
  }

  /** The layer of that name. Throws ArgumentError, with the nearest name, if there is none. */
  getLayer(name: string): Layer {
    const found = this.layers.find((layer) => layer.name === name);
    if (found) return found;
    const names = this.layers.map((layer) => layer.name);
    const near = nearest(name, names);
    const hint = near ? ` Did you mean "${near}"?` : ` It has ${names.join(", ")}.`;
    throw new ArgumentError(`getLayer: ${this.label} has no layer ${written(name)}.${hint}`);
  }

  /** What the layer of that name gives in this model; `use` counts from 0 where the layer is used several times. */
  outputOf(name: string, use = 0): SymbolicTensor {
    const layer = this.getLayer(name);
    const outputs = this.graph.calls.filter((call) => call.layer === layer).flatMap((call) => call.outputs);
    const output = Number.isInteger(use) ? outputs[use] : undefined;
    if (!output)
      throw new ArgumentError(
        `outputOf: ${name} has outputs 0 to ${outputs.length - 1}, not ${written(use)}.`,
      );
    return output;
  }

  override get needsName(): boolean {
    return this.#nameOpen;
  }

  override receiveName(name: string): void {
    this.name = name;
    this.#nameOpen = false;
  }

  override get innerLayers(): readonly Layer[] {
    return this.layers;
  }

  override get streams(): number {
    return 1 + this.graph.streams;
  }

  /** A model passes f16 on to its layers. */
  override get half(): HalfSupport {
    return "takes";
  }

  override outputShape(inputs: readonly Shape[]): Shape {
    return this.single(this.outputShapes(inputs));
  }

  override outputShapes(inputs: readonly Shape[]): readonly Shape[] {
    for (const [i, { shape }] of this.graph.inputs.entries()) {
      if (!inputs[i] || !sameShape(shape, inputs[i])) {
        const found = inputs[i] ? formatShape(inputs[i]) : "none";
        throw new ShapeError(`${this.label}: input ${i} must be ${formatShape(shape)}, got ${found}.`);
      }
    }
    if (inputs.length > this.inputs.length) {
      throw new ArgumentError(`${this.label}: takes ${this.inputs.length} inputs, got ${inputs.length}.`);
    }
    return this.graph.outputs.map(({ shape }) => shape);
  }

  override call(inputs: readonly Tensor[], context: CallContext): Tensor {
    return this.single(this.callAll(inputs, context));
  }

  override callAll(inputs: readonly Tensor[], context: CallContext): Tensor[] {
    this.outputShapes(inputs.map(({ shape }) => shape.slice(1))); // throws for samples of another shape
    const frozen = (context.frozen ?? false) || !this.trainable;
    return this.graph.run(inputs[0]!.engine, inputs, { ...context, frozen });
  }

  /** The output for a batch [n, ...]: differentiable, on the model's engine. */
  run(x: Tensor, context: CallContext, inspect?: Inspect): Tensor {
    return this.call([x], inspect ? { ...context, inspect } : context);
  }

  /** Every weight with its path (layer/weight) in layer order. */
  get weights(): readonly StoredVariable[] {
    return storedVariables(this.layers, this.trainable);
  }

  override get parameterCount(): number {
    return this.weights.reduce((sum, { variable }) => sum + variable.size, 0);
  }

  /** The network as data; summaryText() and String(model) give Keras's table. */
  summary(): Summary {
    return summarize(this.graph, this.weights);
  }

  /** Keras's table of the layers as text. */
  summaryText(): string {
    return formatSummary(this.name, this.summary());
  }

  override toString(): string {
    return this.summaryText();
  }

  /** Layers and connections; see graphConfig(). */
  override getConfig(): LayerConfig {
    const { inputs: _, outputs: __, ...own } = this.ownConfig([]);
    return { ...own, ...graphConfig(this.graph) };
  }

  static override fromConfig(this: GraphClass, config: LayerConfig): GraphLayer {
    const { layers: _, calls: __, ...options } = config;
    return new this({ ...options, ...connect(config) });
  }
}

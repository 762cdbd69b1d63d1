/** @file Model: a graph of layers with weights on one engine, and Keras's compile, fit, evaluate and predict. */
import type { Engine } from "../engine/device.ts";
import { ArgumentError, formatShape, ShapeError, WgradError } from "../engine/errors.ts";
import { type Shape, sameShape } from "../engine/shape.ts";
import type { Tensor } from "../engine/tensor.ts";
import { Graph, type Inspect } from "./graph.ts";
import { type CallContext, Layer, type LayerOptions } from "./layers/layer.ts";
import { ParameterStore, type StoredVariable } from "./parameter-store.ts";
import { formatSummary, type Summary, summarize } from "./summary.ts";
import type { SymbolicTensor } from "./symbolic.ts";
import type { DataSource } from "./training/data.ts";
import type { History } from "./training/history.ts";
import type { EvaluateOptions, FitOptions, PredictOptions } from "./training/options.ts";
import { type CompileOptions, Trainer } from "./training/trainer.ts";

export interface ModelOptions extends LayerOptions {
  readonly inputs: SymbolicTensor | readonly SymbolicTensor[];
  readonly outputs: SymbolicTensor | readonly SymbolicTensor[];
}

export class Model extends Layer {
  readonly className: string = "Model";
  readonly graph: Graph;
  #store: ParameterStore | undefined;
  #trainer: Trainer | undefined;

  constructor(options: ModelOptions) {
    super(options);
    const list = (value: SymbolicTensor | readonly SymbolicTensor[]) => [value].flat() as SymbolicTensor[];
    this.graph = new Graph(list(options.inputs), list(options.outputs));
    if (this.name === "") this.name = "model_1";
  }

  get layers(): readonly Layer[] {
    return this.graph.layers;
  }

  /** Shape of one sample, of a model with one input. */
  get inputShape(): Shape {
    return this.single(this.graph.inputs).shape;
  }

  override outputShape(inputs: readonly Shape[]): Shape {
    for (const [i, { shape }] of this.graph.inputs.entries()) {
      if (!inputs[i] || !sameShape(shape, inputs[i])) {
        const found = inputs[i] ? formatShape(inputs[i]) : "none";
        throw new ShapeError(`${this.label}: input ${i} must be ${formatShape(shape)}, got ${found}.`);
      }
    }
    return this.single(this.graph.outputs).shape;
  }

  override call(inputs: readonly Tensor[], context: CallContext): Tensor {
    return this.single(this.graph.run(inputs[0]!.engine, inputs, context));
  }

  /** The output for a batch [n, ...]: differentiable, on the model's engine. */
  run(x: Tensor, context: CallContext, inspect?: Inspect): Tensor {
    return this.single(this.graph.run(x.engine, [x], context, inspect));
  }

  /** Every weight with its path (layer/weight) in layer order. */
  get weights(): readonly StoredVariable[] {
    return this.layers.flatMap((layer) =>
      layer.variables.map((variable) => ({
        path: `${layer.name}/${variable.name}`,
        variable,
        trainable: variable.trainable && layer.trainable,
      })),
    );
  }

  override get parameterCount(): number {
    return this.summary().total;
  }

  /** The network as data; `printSummary` and String() give Keras's table. */
  summary(): Summary {
    return summarize(this.graph.nodes);
  }

  summaryText(): string {
    return formatSummary(this.name, this.summary());
  }

  /** Puts the weights on an engine and initialises them from `seed`. Done by compile(). */
  initialize(engine: Engine, seed: number): ParameterStore {
    this.#store?.dispose();
    const store = new ParameterStore(engine, this.weights);
    for (const [stream, entry] of store.entries.entries()) {
      store.write(entry, entry.variable.initializer(entry.variable.shape, { seed, stream }));
    }
    this.#store = store;
    return store;
  }

  get store(): ParameterStore {
    if (!this.#store) throw new WgradError(`${this.label} has no weights yet: await model.compile() first.`);
    return this.#store;
  }

  /** Values of all weights by path, in layer order. */
  async getWeights(): Promise<Map<string, Float32Array>> {
    return this.store.read();
  }

  /** Sets weights by path. Throws ArgumentError for an unknown path, ShapeError for a wrong number of values. */
  setWeights(values: ReadonlyMap<string, Float32Array>): void {
    const entries = new Map(this.store.entries.map((entry) => [entry.path, entry]));
    for (const [path, data] of values) {
      const entry = entries.get(path);
      if (!entry) {
        throw new ArgumentError(
          `setWeights: the model has no weight "${path}". It has ${[...entries.keys()].join(", ")}.`,
        );
      }
      this.store.write(entry, data);
    }
  }

  /** Chooses optimizer, loss and metrics, puts the weights on the GPU and compiles all kernels in parallel. */
  async compile(options: CompileOptions): Promise<void> {
    this.#trainer?.dispose();
    this.#trainer = await Trainer.create(this, options);
  }

  get trainer(): Trainer {
    if (!this.#trainer)
      throw new WgradError(`${this.label} is not compiled: await model.compile({ optimizer, loss }) first.`);
    return this.#trainer;
  }

  /** Trains for `epochs` passes over the data. Returns the history, with Keras's names. */
  async fit(data: DataSource, options: FitOptions = {}): Promise<History> {
    return this.trainer.fit(data, options);
  }

  /** Loss and metrics in inference mode. */
  async evaluate(data: DataSource, options: EvaluateOptions = {}): Promise<Record<string, number>> {
    return this.trainer.evaluate(data, options);
  }

  /** Outputs in inference mode, [n, ...] row-major. */
  async predict(data: DataSource, options: PredictOptions = {}): Promise<Float32Array> {
    return this.trainer.predict(data, options);
  }

  /** Frees the GPU memory of weights and optimizer. */
  dispose(): void {
    this.#trainer?.dispose();
    this.#store?.dispose();
    this.#trainer = undefined;
    this.#store = undefined;
  }
}

/** A model from a graph of layer calls: `model({ inputs: x, outputs: Dense(10).apply(x) })`. */
export function model(options: ModelOptions): Model {
  return new Model(options);
}

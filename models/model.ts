/** @file Model: a graph of layers with weights on one engine, and Keras's compile, fit, evaluate and predict. */
import type { Engine } from "../engine/device.ts";
import { ArgumentError, formatShape, nearest, ShapeError, WgradError } from "../engine/errors.ts";
import { written } from "../engine/options.ts";
import { type Shape, sameShape } from "../engine/shape.ts";
import type { Tensor } from "../engine/tensor.ts";
import { Claim, checkUnclaimed, claimed, type Work } from "./claims.ts";
import { type CloneOptions, cloneModel } from "./clone.ts";
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
  unknownWeight,
} from "./layers/layer.ts";
import { layerOptions } from "./layers/layer-options.ts";
import { ParameterStore } from "./parameter-store.ts";
import { type SaveOptions, saveModelFile } from "./saving/save.ts";
import { type StoredVariable, storedVariables } from "./stored-variables.ts";
import { formatSummary, type Summary, summarize } from "./summary.ts";
import { type SymbolicTensor, symbolicTensors } from "./symbolic.ts";
import type { Scales, ValuesByName } from "./training/arrays.ts";
import type { BatchGenerator } from "./training/batch-iterator.ts";
import {
  type CompileOptions,
  type ResolvedCompileOptions,
  resolveCompile,
} from "./training/compile-options.ts";
import type { DataSource } from "./training/data.ts";
import type { History, Logs } from "./training/history.ts";
import { ModelOptimizer } from "./training/model-optimizer.ts";
import {
  batchData,
  checkOnBatch,
  type EvaluateOptions,
  type FitOptions,
  type OnBatchOptions,
  type PredictOptions,
} from "./training/options.ts";
import { predictOutputs } from "./training/prediction.ts";
import { Trainer } from "./training/trainer.ts";
import { readTogether, requireMap } from "./variable.ts";

export interface ModelOptions extends LayerOptions {
  /** from input(), or tensors within another model, which is cut there */
  readonly inputs: SymbolicTensor | readonly SymbolicTensor[];
  readonly outputs: SymbolicTensor | readonly SymbolicTensor[];
}

/** A class of models that is made from a graph. */
interface ModelClass extends LayerClass {
  new (options: ModelOptions): Model;
}

export class Model extends Layer {
  readonly className: string = "Model";
  readonly graph: Graph;
  /** the name is automatic, and no model that this one is in has settled it */
  #nameOpen: boolean;
  #store: ParameterStore | undefined;
  #trainer: Trainer | undefined;
  #compiled: ResolvedCompileOptions | undefined;

  constructor(options: ModelOptions) {
    super(layerOptions("model", options, { inputs: true, outputs: true }));
    const list = (value: SymbolicTensor | readonly SymbolicTensor[]) =>
      symbolicTensors("model", [value].flat());
    this.graph = new Graph(list(options.inputs), list(options.outputs));
    this.#nameOpen = this.name === "";
    if (this.#nameOpen) this.name = "model_1";
  }

  get layers(): readonly Layer[] {
    return this.graph.layers;
  }

  get inputs(): readonly SymbolicTensor[] {
    return this.graph.inputs;
  }

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

  summaryText(): string {
    return formatSummary(this.name, this.summary());
  }

  override toString(): string {
    return this.summaryText();
  }

  /**
   * Puts the weights on an engine: those that another model has there as they are, the others with the values `kept`
   * of their paths or drawn from `seed`. Done by compile().
   */
  initialize(engine: Engine, seed: number, kept?: ReadonlyMap<string, Float32Array>): ParameterStore {
    this.checkEngine(engine);
    this.#store?.dispose();
    this.#store = undefined;
    const store = new ParameterStore(engine, this.weights);
    for (const [stream, { path, variable }] of store.entries.entries()) {
      if (!store.fresh.has(variable)) continue;
      variable.write(kept?.get(path) ?? variable.initializer(variable.shape, { seed, stream }), path);
    }
    this.#store = store;
    return store;
  }

  /** Throws ArgumentError if another model has some of the weights on another engine. */
  checkEngine(engine: Engine): void {
    ParameterStore.checkEngine(engine, this.weights, this.#store);
  }

  get store(): ParameterStore {
    if (!this.#store) throw new WgradError(`${this.label} has no weights yet: await model.compile() first.`);
    return this.#store;
  }

  /** Values of all weights by path, in layer order; during fit() all of the same step. */
  override async getWeights(): Promise<Map<string, Float32Array>> {
    return readTogether(this.weights.map(({ path, variable }) => [path, variable]));
  }

  /**
   * Sets weights by path, or what they start from before compile(): all, or none if one does not fit. Throws ArgumentError
   * for an unknown path, ShapeError for a wrong number of values, WgradError while a call works with the weights.
   */
  override setWeights(values: ReadonlyMap<string, Float32Array>): void {
    requireMap("setWeights", values);
    const variables = new Map(this.weights.map(({ path, variable }) => [path, variable]));
    checkUnclaimed("setWeights", [...variables.values()]);
    for (const [path, data] of values) {
      const variable = variables.get(path);
      if (!variable) throw unknownWeight("the model", path, [...variables.keys()]);
      variable.check(data, path);
    }
    for (const [path, data] of values) variables.get(path)!.write(data, path);
  }

  /** A model of the same layers with weights of its own: copied ones, or new ones drawn at compile(). */
  async clone(options: CloneOptions = {}): Promise<Model> {
    return cloneModel(this, options);
  }

  /** Layers and connections; see graphConfig(). */
  override getConfig(): LayerConfig {
    const { inputs: _, outputs: __, ...own } = this.ownConfig([]);
    return { ...own, ...graphConfig(this.graph) };
  }

  static override fromConfig(this: ModelClass, config: LayerConfig): Model {
    const { layers: _, calls: __, ...options } = config;
    return new this({ ...options, ...connect(config) });
  }

  /**
   * Chooses optimizer, loss and metrics, and puts the weights on the GPU. A model that is compiled again keeps its weights, unless
   * they went with a lost device or a disposed engine: then they are drawn anew.
   */
  async compile(options: CompileOptions): Promise<void> {
    const resolved = resolveCompile(options);
    return claimed("compile", this.#ownWork, async () => {
      const previous = this.#trainer;
      try {
        this.#trainer = await Trainer.create(this, resolved, previous);
        this.#compiled = resolved;
      } catch (error) {
        if (previous?.disposed) this.#trainer = undefined;
        throw error;
      }
    });
  }

  /** What compile() was given, as long as the model is compiled. */
  get compiled(): ResolvedCompileOptions | undefined {
    return this.#trainer && this.#compiled;
  }

  /** Where the model's weights are, as long as a model that has them is compiled. */
  get engine(): Engine | undefined {
    return this.weights.find(({ variable }) => variable.built)?.variable.tensor.engine;
  }

  get trainer(): Trainer {
    if (!this.#trainer)
      throw new WgradError(`${this.label} is not compiled: await model.compile({ optimizer, loss }) first.`);
    return this.#trainer;
  }

  /** The optimizer; its learning rate may be changed between fits. Throws WgradError until the model is compiled. */
  get optimizer(): ModelOptimizer {
    return new ModelOptimizer(this.trainer);
  }

  /**
   * Trains for `epochs` passes over the data, or over `stepsPerEpoch` batches of a generator each. A second fit goes on
   * with the optimizer's state. Returns the history, with Keras's names. Throws WgradError while another call works with
   * the weights: one trains at a time, but callbacks and generators may evaluate and predict.
   */
  async fit(data: DataSource | BatchGenerator, options: FitOptions = {}): Promise<History> {
    const { trainer } = this;
    return claimed("fit", this.#training, (claim) => trainer.fit(data, options, claim));
  }

  /** Loss and metrics in inference mode. */
  async evaluate(data: DataSource, options: EvaluateOptions = {}): Promise<Record<string, number>> {
    return this.#evaluate("evaluate", data, options);
  }

  /** The only output in inference mode, [n, ...] row-major. Throws ArgumentError if there are several. */
  async predict(data: DataSource, options: PredictOptions = {}): Promise<Float32Array> {
    if (this.outputs.length > 1) {
      throw new ArgumentError(`predict: ${this.label} has several outputs; predictOutputs() returns them.`);
    }
    return Object.values(await this.predictOutputs(data, options))[0]!;
  }

  /** All outputs in inference mode by name, [n, ...] row-major each. Needs weights, but no compile() of its own. */
  async predictOutputs(
    data: DataSource,
    options: PredictOptions = {},
  ): Promise<Record<string, Float32Array>> {
    const trainer = this.#trainer;
    const engine = trainer?.engine ?? this.engine;
    const phase = trainer && { learningPhase: trainer.learningPhase, at: trainer.nextMoment() };
    return claimed("predict", this.#reading, () => predictOutputs(this, engine, data, options, phase));
  }

  /** One update on a batch in main memory. Returns loss and metrics before the update. */
  async trainOnBatch(x: ValuesByName, y?: ValuesByName, options: OnBatchOptions = {}): Promise<Logs> {
    const { onBatch } = this.trainer;
    return claimed("trainOnBatch", this.#training, () => onBatch.train(x, y, options));
  }

  /** Loss and metrics of a batch in main memory, in inference mode. */
  async testOnBatch(
    x: ValuesByName,
    y?: ValuesByName,
    options: Omit<OnBatchOptions, "classWeight"> = {},
  ): Promise<Logs> {
    checkOnBatch("testOnBatch", options);
    return this.#evaluate("testOnBatch", batchData(x, y, options), {});
  }

  /** The only output for a batch in main memory, in inference mode. */
  async predictOnBatch(x: ValuesByName, options: Pick<Scales, "scale"> = {}): Promise<Float32Array> {
    return this.predict({ ...options, inputs: x });
  }

  /**
   * Frees the GPU memory of weights and optimizer, and the kernels that were compiled for this model alone. Throws WgradError
   * while a call works with them.
   */
  dispose(): void {
    new Claim("dispose", this.#ownWork).release();
    (this.#trainer?.engine ?? this.engine)?.pipelines.release(this);
    this.#trainer?.dispose();
    this.#store?.dispose();
    this.#trainer = undefined;
    this.#store = undefined;
  }

  /** Writes the whole model to a file: layers, weights, optimizer and its state. loadModel() makes it again. See saveModel(). */
  async save(path: string, options: SaveOptions = {}): Promise<readonly string[]> {
    return this.reading("save", () => saveModelFile(this, path, options));
  }

  /** Runs what reads the weights. Throws WgradError while another call changes them. */
  async reading<R>(call: string, body: () => Promise<R>): Promise<R> {
    return claimed(call, this.#reading, body);
  }

  async #evaluate(call: string, data: DataSource, options: EvaluateOptions): Promise<Record<string, number>> {
    const { trainer } = this;
    return this.reading(call, () => trainer.evaluate(data, options));
  }

  get #reading(): Work {
    const reads = [this, ...this.weights.map(({ variable }) => variable)];
    return { model: this, name: this.name, changes: [], reads };
  }

  /** What was frozen after compile() is still trained, as in Keras. */
  get #training(): Work {
    const kept = new Set(this.store.entries.filter(({ frozen }) => frozen).map(({ variable }) => variable));
    const part = (read: boolean) =>
      this.weights
        .filter(({ frozen, variable }) => (frozen && kept.has(variable)) === read)
        .map(({ variable }) => variable);
    return { model: this, name: this.name, changes: [this, ...part(false)], reads: part(true) };
  }

  /** What ends with this model's store. */
  get #ownWork(): Work {
    const own = this.#store?.entries.filter(({ variable }) => variable.holders === 1) ?? [];
    return {
      model: this,
      name: this.name,
      changes: [this, ...own.map(({ variable }) => variable)],
      reads: [],
    };
  }
}

/** A model from a graph of layer calls: `model({ inputs: x, outputs: Dense(10).apply(x) })`. */
export function model(options: ModelOptions): Model {
  return new Model(options);
}

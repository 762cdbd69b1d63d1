/** @file Model: a graph of layers with weights on one engine, and Keras's compile, fit, evaluate and predict. */
import type { Engine } from "../engine/device.ts";
import { ArgumentError, formatShape, nearest, ShapeError, WgradError } from "../engine/errors.ts";
import { written } from "../engine/options.ts";
import { type Shape, sameShape } from "../engine/shape.ts";
import type { Tensor } from "../engine/tensor.ts";
import { Claim, checkUnclaimed, claimed, type Work, workOf } from "./claims.ts";
import { type CloneOptions, cloneModel, copyGraph } from "./clone.ts";
import { type ArraysByName, dataAndOptions, inputsFrom } from "./data/arrays.ts";
import type { BatchGenerator } from "./data/batch-iterator.ts";
import type { DataSource } from "./data/batches.ts";
import type { Scales, ValuesByName } from "./data/samples.ts";
import type { CompileOptions } from "./fit/compile-options.ts";
import { evaluate, predictOutputs } from "./fit/evaluate.ts";
import { fitSession } from "./fit/fit.ts";
import type { History, Logs } from "./fit/history.ts";
import { ModelOptimizer } from "./fit/model-optimizer.ts";
import { trainOnBatch } from "./fit/on-batch.ts";
import { batchData, checkOnBatch, type FitOptions, type OnBatchOptions } from "./fit/options.ts";
import { inputPorts, Session } from "./fit/session.ts";
import { Graph } from "./graph.ts";
import { namesOf } from "./layer-names.ts";
import {
  type CallContext,
  type HalfSupport,
  type Inspect,
  Layer,
  type LayerOptions,
  unknownWeight,
} from "./layers/layer.ts";
import { layerOptions } from "./layers/layer-options.ts";
import type { EvaluateOptions, Network, PredictOptions } from "./network.ts";
import { ParameterStore } from "./parameter-store.ts";
import { type StoredVariable, storedVariables } from "./stored-variables.ts";
import { formatSummary, type Summary, summarize } from "./summary.ts";
import { type SymbolicTensor, symbolicTensors } from "./symbolic.ts";
import { readTogether, requireMap } from "./variable.ts";

export interface ModelOptions extends LayerOptions {
  /** from input(), or tensors within another model, which is cut there */
  readonly inputs: SymbolicTensor | readonly SymbolicTensor[];
  readonly outputs: SymbolicTensor | readonly SymbolicTensor[];
}

export class Model extends Layer implements Network {
  readonly className: string = "Model";
  readonly graph: Graph;
  /** the name is automatic, and no model that this one is in has settled it */
  #nameOpen: boolean;
  #store: ParameterStore | undefined;
  #session: Session | undefined;

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

  /** Keras's trainable_weights as tensors: what a loop of your own gives to minimizer(). Throws WgradError before there are any. */
  get trainableWeights(): Tensor[] {
    return this.store.entries.flatMap(({ trainable, variable }) => (trainable ? variable.tensor : []));
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

  protected override copy(twinOf: (layer: Layer) => Layer): Model {
    return new Model(copyGraph(this.graph, twinOf));
  }

  /**
   * Chooses optimizer, loss and metrics, and puts the weights on the GPU. A model that is compiled again keeps its weights, unless
   * they went with a lost device or a disposed engine: then they are drawn anew.
   */
  async compile(options: CompileOptions): Promise<void> {
    return claimed("compile", this.#ownWork, async () => {
      const previous = this.#session;
      try {
        this.#session = await Session.create(this, options, previous);
      } catch (error) {
        if (previous?.disposed) this.#session = undefined;
        throw error;
      }
    });
  }

  /** Where the model's weights are, as long as a model that has them is compiled. */
  get engine(): Engine | undefined {
    return this.weights.find(({ variable }) => variable.built)?.variable.tensor.engine;
  }

  get session(): Session {
    if (!this.#session)
      throw new WgradError(`${this.label} is not compiled: await model.compile({ optimizer, loss }) first.`);
    return this.#session;
  }

  /** The optimizer; its learning rate may be changed between fits. Throws WgradError until the model is compiled. */
  get optimizer(): ModelOptimizer {
    return new ModelOptimizer(this.session);
  }

  /**
   * Trains for `epochs` passes over the data, or over `stepsPerEpoch` batches of a generator each; x and y may be typed arrays,
   * nested lists and tensors. A second fit goes on with the optimizer's state. Returns the history, with Keras's names. Throws
   * WgradError while another call works with the weights: one trains at a time, but callbacks and generators may evaluate and
   * predict.
   */
  async fit(data: DataSource | BatchGenerator, options?: FitOptions): Promise<History>;
  async fit(x: ArraysByName, y: ArraysByName | undefined, options?: FitOptions): Promise<History>;
  async fit(...given: readonly [unknown, unknown?, unknown?]): Promise<History> {
    const { session } = this;
    return claimed("fit", this.#training, async (claim) => {
      type Source = DataSource | BatchGenerator;
      const [data, options] = await dataAndOptions<Source, FitOptions>("fit", session, given);
      return fitSession(session, data, options, claim);
    });
  }

  /** Loss and metrics in inference mode. */
  async evaluate(data: DataSource, options?: EvaluateOptions): Promise<Record<string, number>>;
  async evaluate(
    x: ArraysByName,
    y: ArraysByName | undefined,
    options?: EvaluateOptions,
  ): Promise<Record<string, number>>;
  async evaluate(...given: readonly [unknown, unknown?, unknown?]): Promise<Record<string, number>> {
    const { session } = this;
    return claimed("evaluate", this.#reading, async () => {
      const [data, options] = await dataAndOptions<DataSource, EvaluateOptions>("evaluate", session, given);
      return evaluate(session, data, options);
    });
  }

  /** The only output in inference mode, [n, ...] row-major. Throws ArgumentError if there are several. */
  async predict(x: DataSource | ArraysByName, options: PredictOptions = {}): Promise<Float32Array> {
    if (this.outputs.length > 1) {
      throw new ArgumentError(`predict: ${this.label} has several outputs; predictOutputs() returns them.`);
    }
    return Object.values(await this.predictOutputs(x, options))[0]!;
  }

  /** All outputs in inference mode by name, [n, ...] row-major each. Needs weights, but no compile() of its own. */
  async predictOutputs(
    x: DataSource | ArraysByName,
    options: PredictOptions = {},
  ): Promise<Record<string, Float32Array>> {
    const session = this.#session;
    const engine = session?.engine ?? this.engine;
    const phase = session && { learningPhase: session.learningPhase, at: session.nextMoment() };
    return claimed("predict", this.#reading, async () => {
      const data = await inputsFrom("predict", inputPorts(this), x);
      return predictOutputs(this, engine, data, options, phase);
    });
  }

  /** One update on a batch in main memory. Returns loss and metrics before the update. */
  async trainOnBatch(x: ValuesByName, y?: ValuesByName, options: OnBatchOptions = {}): Promise<Logs> {
    const { session } = this;
    return claimed("trainOnBatch", this.#training, () => trainOnBatch(session, x, y, options));
  }

  /** Loss and metrics of a batch in main memory, in inference mode. */
  async testOnBatch(
    x: ValuesByName,
    y?: ValuesByName,
    options: Omit<OnBatchOptions, "classWeight"> = {},
  ): Promise<Logs> {
    checkOnBatch("testOnBatch", options);
    const { session } = this;
    return claimed("testOnBatch", this.#reading, () => evaluate(session, batchData(x, y, options), {}));
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
    (this.#session?.engine ?? this.engine)?.pipelines.release(this);
    this.#session?.dispose();
    this.#store?.dispose();
    this.#session = undefined;
    this.#store = undefined;
  }

  get #reading(): Work {
    return workOf(this, this.#store, "reading");
  }

  get #training(): Work {
    return workOf(this, this.store, "training");
  }

  get #ownWork(): Work {
    return workOf(this, this.#store, "replacing");
  }
}

/** A model from a graph of layer calls: `model({ inputs: x, outputs: Dense(10).apply(x) })`. */
export function model(options: ModelOptions): Model {
  return new Model(options);
}

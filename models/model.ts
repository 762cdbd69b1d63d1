/** @file Model: a graph of layers with weights on one engine, and Keras's compile, fit, evaluate and predict. */

import { type Engine, engineOf } from "../engine/device.ts";
import { ArgumentError, WgradError } from "../engine/errors.ts";
import { written } from "../engine/options.ts";
import type { Tensor } from "../engine/tensor.ts";
import { Claim, checkUnclaimed, claimed, type Work, workOf } from "./claims.ts";
import { type CloneOptions, cloneModel } from "./clone.ts";
import { type ArraysByName, dataAndOptions, inputsFrom } from "./data/arrays.ts";
import type { BatchGenerator } from "./data/batch-iterator.ts";
import type { DataSource } from "./data/batches.ts";
import type { ImageSource } from "./data/image-source.ts";
import type { Scales, ValuesByName } from "./data/samples.ts";
import { type CompileOptions, type ResolvedCompileOptions, resolveCompile } from "./fit/compile-options.ts";
import { evaluate, predictOutputs } from "./fit/evaluate.ts";
import { fitSession } from "./fit/fit.ts";
import type { History, Logs } from "./fit/history.ts";
import { ModelOptimizer } from "./fit/model-optimizer.ts";
import { trainOnBatch } from "./fit/on-batch.ts";
import { batchData, checkOnBatch, type FitOptions, type OnBatchOptions } from "./fit/options.ts";
import { inputPorts, Session } from "./fit/session.ts";
import { GraphLayer, type ModelOptions } from "./graph-layer.ts";
import { unknownWeight } from "./layers/layer.ts";
import type { EvaluateOptions, Network, PredictOptions } from "./network.ts";
import { ParameterStore } from "./parameter-store.ts";
import { type SaveOptions, saveModelFile } from "./saving/save.ts";
import { freezingSinceCompile } from "./stored-variables.ts";
import { readTogether, requireMap } from "./variable.ts";

export type { ModelOptions } from "./graph-layer.ts";

export class Model extends GraphLayer implements Network {
  readonly className: string = "Model";
  #store: ParameterStore | undefined;
  #session: Session | undefined;
  #compiled: ResolvedCompileOptions | undefined;
  #toldOfFreezing: string | undefined;

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

  /** Where the weights are on the GPU. Throws WgradError until the model is compiled. */
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

  /**
   * Chooses optimizer, loss and metrics, and puts the weights on the GPU. A model that is compiled again keeps its weights, unless
   * they went with a lost device or a disposed engine: then they are drawn anew.
   */
  async compile(options: CompileOptions): Promise<void> {
    const resolved = resolveCompile(options);
    return claimed("compile", this.#ownWork, async () => {
      const previous = this.#session;
      try {
        this.#session = await Session.create(this, resolved, previous);
        this.#compiled = resolved;
        this.#toldOfFreezing = undefined;
      } catch (error) {
        if (previous?.disposed) this.#session = undefined;
        throw error;
      }
    });
  }

  /** Keras's trainable_weights as tensors: what a loop of your own gives to minimizer(). Throws WgradError before there are any. */
  get trainableWeights(): Tensor[] {
    return this.store.entries.flatMap(({ trainable, variable }) => (trainable ? variable.tensor : []));
  }

  /** What compile() was given, as long as the model is compiled. */
  get compiled(): ResolvedCompileOptions | undefined {
    return this.#session && this.#compiled;
  }

  /** Where the model's weights are, as long as a model that has them is compiled. */
  get engine(): Engine | undefined {
    const built = this.weights.find(({ variable }) => variable.built);
    return built && engineOf(built.variable.tensor);
  }

  /** What training works on; for tools that watch it. Throws WgradError until the model is compiled. */
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
      this.#tellOfFreezing("fit");
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

  /**
   * The only output in inference mode, [n, ...] row-major, of samples or of images(...) of wgrad/datasets, which are brought to the
   * size of the input. Throws ArgumentError if there are several outputs.
   */
  async predict(
    x: DataSource | ArraysByName | ImageSource,
    options: PredictOptions = {},
  ): Promise<Float32Array> {
    if (this.outputs.length > 1) {
      throw new ArgumentError(`predict: ${this.label} has several outputs; predictOutputs() returns them.`);
    }
    return Object.values(await this.predictOutputs(x, options))[0]!;
  }

  /** All outputs in inference mode by name, [n, ...] row-major each. Needs weights, but no compile() of its own. */
  async predictOutputs(
    x: DataSource | ArraysByName | ImageSource,
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
    return claimed("trainOnBatch", this.#training, () => {
      this.#tellOfFreezing("trainOnBatch");
      return trainOnBatch(session, x, y, options);
    });
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

  /** Writes the whole model to a file: layers, weights, optimizer and its state. loadModel() makes it again. See saveModel(). */
  async save(path: string, options: SaveOptions = {}): Promise<readonly string[]> {
    return this.reading("save", () => saveModelFile(this, path, options));
  }

  /** Runs what reads the weights. Throws WgradError while another call changes them. */
  async reading<R>(call: string, body: () => Promise<R>): Promise<R> {
    return claimed(call, this.#reading, body);
  }

  /** Says once, on the console, that `trainable` was changed after compile(), which goes by what it was then. */
  #tellOfFreezing(call: string): void {
    const text = freezingSinceCompile(this.weights, this.store.entries);
    if (text && text !== this.#toldOfFreezing) console.warn(`${call}: ${text}`);
    this.#toldOfFreezing = text;
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

/** Throws ArgumentError for what is no model. */
export function requireModel(what: string, model: unknown): void {
  if (!(model instanceof Model)) throw new ArgumentError(`${what}: needs a model, got ${written(model)}.`);
}

/** A model from a graph of layer calls: `model({ inputs: x, outputs: Dense(10).apply(x) })`. */
export function model(options: ModelOptions): Model {
  return new Model(options);
}

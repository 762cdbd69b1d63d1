/** @file Model: a graph of layers with weights on one engine, and Keras's compile, fit, evaluate and predict. */
import type { Engine } from "../engine/device.ts";
import { ArgumentError, WgradError } from "../engine/errors.ts";
import { Claim, checkUnclaimed, claimed, type Work } from "./claims.ts";
import { type CloneOptions, cloneModel } from "./clone.ts";
import { GraphLayer, type ModelOptions } from "./graph-layer.ts";
import { unknownWeight } from "./layers/layer.ts";
import { ParameterStore } from "./parameter-store.ts";
import { type SaveOptions, saveModelFile } from "./saving/save.ts";
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

export type { ModelOptions } from "./graph-layer.ts";

export class Model extends GraphLayer {
  readonly className: string = "Model";
  #store: ParameterStore | undefined;
  #trainer: Trainer | undefined;
  #compiled: ResolvedCompileOptions | undefined;

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

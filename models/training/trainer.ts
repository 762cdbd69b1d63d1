/** @file A compiled model: engine, optimizer, loss and metrics, and what fit, evaluate and predict do with them. */
import { createEngine, type Engine } from "../../engine/device.ts";
import { ArgumentError } from "../../engine/errors.ts";
import { StepState } from "../../engine/step-state.ts";
import type { Optimizer } from "../../kernels/optimizers/index.ts";
import type { Model } from "../model.ts";
import { type DataSource, Feed } from "./data.ts";
import { Evaluation } from "./evaluation.ts";
import { type EvaluationFeeds, FitRun } from "./fit.ts";
import type { History } from "./history.ts";
import { Objective } from "./objective.ts";
import { OptimizerState } from "./optimizer-state.ts";
import type { EvaluateOptions, FitOptions, PredictOptions } from "./options.ts";
import type { TrainingSnapshot } from "./snapshot.ts";

export interface CompileOptions {
  readonly optimizer: Optimizer;
  /** Keras's name: categorical_crossentropy, binary_crossentropy, ... */
  readonly loss: string;
  /** names, or result names with what they compute: { accuracy: "categorical_accuracy" } */
  readonly metrics?: readonly string[] | Readonly<Record<string, string>>;
  /** where to train; a new engine on the best adapter unless given */
  readonly engine?: Engine;
  /** of the initial weights and everything random in training. Default 1 */
  readonly seed?: number;
}

/** Samples at a time in evaluate and predict unless said otherwise. */
const evaluationBatch = 256;

export class Trainer {
  readonly model: Model;
  readonly engine: Engine;
  readonly objective: Objective;
  readonly state: OptimizerState;
  readonly seed: number;
  /** of training; evaluation has its own */
  readonly step: StepState;
  readonly #ownsEngine: boolean;
  /** kernel launches of the last recorded training step */
  dispatchesPerStep = 0;

  private constructor(model: Model, engine: Engine, objective: Objective, options: CompileOptions) {
    this.model = model;
    this.engine = engine;
    this.objective = objective;
    this.seed = options.seed ?? 1;
    this.state = new OptimizerState(model.initialize(engine, this.seed), options.optimizer);
    this.step = new StepState(engine);
    this.step.set({ seed: this.seed, learningRate: options.optimizer.learningRate });
    this.#ownsEngine = options.engine === undefined;
  }

  /** Checks loss and metrics against the model by a dry run of one sample, and puts the weights on the engine. */
  static async create(model: Model, options: CompileOptions): Promise<Trainer> {
    const objective = new Objective(model, options.loss, options.metrics ?? []);
    const engine = options.engine ?? (await createEngine());
    const trainer = new Trainer(model, engine, objective, options);
    try {
      objective.check(engine, model);
    } catch (error) {
      trainer.dispose();
      throw error;
    }
    return trainer;
  }

  get optimizer(): Optimizer {
    return this.state.optimizer;
  }

  async fit(source: DataSource, options: FitOptions): Promise<History> {
    checkFit(options);
    const { oneHot } = this.objective;
    const whole = Feed.open(this.engine, source, oneHot);
    const feeds = [whole];
    const open = (data: DataSource) => {
      const feed = Feed.open(this.engine, data, oneHot);
      feeds.push(feed);
      return feed;
    };
    try {
      const { validationSplit = 0, validationData, evaluationSets = {}, resume } = options;
      const evaluations: EvaluationFeeds[number][] = [];
      let training = whole;
      if (validationSplit > 0) {
        const kept = Math.floor(whole.count * (1 - validationSplit));
        if (kept === 0)
          throw new ArgumentError(`fit: validationSplit ${validationSplit} leaves no sample to train on.`);
        training = whole.withIndices(whole.indices.slice(0, kept));
        const held = whole.withIndices(whole.indices.slice(kept));
        feeds.push(training, held);
        evaluations.push({ prefix: "val", feed: held });
      }
      if (validationData) evaluations.push({ prefix: "val", feed: open(validationData) });
      for (const [prefix, data] of Object.entries(evaluationSets))
        evaluations.push({ prefix, feed: open(data) });
      if (resume) this.restore(resume);
      return await new FitRun(this, training, evaluations, options).run();
    } finally {
      for (const feed of feeds) feed.dispose();
    }
  }

  async evaluate(source: DataSource, options: EvaluateOptions): Promise<Record<string, number>> {
    const feed = Feed.open(this.engine, source, this.objective.oneHot);
    try {
      return await this.evaluateFeed(feed, options);
    } finally {
      feed.dispose();
    }
  }

  async predict(source: DataSource, options: PredictOptions): Promise<Float32Array> {
    const feed = Feed.open(this.engine, source, this.objective.oneHot);
    try {
      return await new Evaluation(this, feed, options.batchSize ?? evaluationBatch).predict();
    } finally {
      feed.dispose();
    }
  }

  /** Loss and metrics over all samples of a feed. */
  async evaluateFeed(feed: Feed, options: EvaluateOptions = {}): Promise<Record<string, number>> {
    return new Evaluation(this, feed, options.batchSize ?? evaluationBatch).evaluate();
  }

  /** Weights, optimizer state and step number of a snapshot. */
  restore({ position, weights, slots }: TrainingSnapshot): void {
    this.model.setWeights(weights);
    this.state.write(slots);
    this.step.set({ step: position.step, seed: position.seed, learningRate: position.learningRate });
  }

  dispose(): void {
    this.state.dispose();
    this.step.dispose();
    if (this.#ownsEngine) this.engine.dispose();
  }
}

function checkFit({ epochs = 1, batchSize = 32, validationSplit = 0, validationData }: FitOptions): void {
  if (!Number.isInteger(epochs) || epochs < 0)
    throw new ArgumentError(`fit: epochs must be a whole number, got ${epochs}.`);
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new ArgumentError(`fit: batchSize must be a positive integer, got ${batchSize}.`);
  }
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    throw new ArgumentError(`fit: validationSplit must be in [0, 1), got ${validationSplit}.`);
  }
  if (validationSplit > 0 && validationData) {
    throw new ArgumentError("fit: give validationSplit or validationData, not both.");
  }
}

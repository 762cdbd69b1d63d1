/** @file A compiled model: engine, optimizer, loss and metrics, and what fit, evaluate and predict do with them. */
import { requireHalf } from "../../engine/adapter.ts";
import { isAlive } from "../../engine/arguments.ts";
import type { Engine } from "../../engine/device.ts";
import { ArgumentError } from "../../engine/errors.ts";
import { pcg4d } from "../../engine/random.ts";
import { StepState } from "../../engine/step-state.ts";
import { LossScale, type LossScaleOptions } from "../../kernels/loss-scale/index.ts";
import type { Optimizer } from "../../kernels/optimizers/index.ts";
import type { Claim } from "../claims.ts";
import type { Layer } from "../layers/layer.ts";
import type { Model } from "../model.ts";
import type { OutputPort, Port } from "./arrays.ts";
import { GeneratorBatches } from "./batch-generator.ts";
import { type BatchGenerator, isBatchGenerator } from "./batch-iterator.ts";
import type { LearningPhase, ResolvedCompileOptions } from "./compile-options.ts";
import type { DataSource, Feed } from "./data.ts";
import { leaseEngine, returnEngine } from "./engine-lease.ts";
import { Evaluation, type EvaluationMoment, evaluationBatch } from "./evaluation.ts";
import { FeedOpener } from "./feed-opener.ts";
import { type EvaluationFeeds, FitRun } from "./fit.ts";
import type { History } from "./history.ts";
import { Objective } from "./objective.ts";
import { OnBatch } from "./on-batch.ts";
import { OptimizerState } from "./optimizer-state.ts";
import { checkEvaluate, checkFit, type EvaluateOptions, type FitOptions } from "./options.ts";
import { checkSamePrecision, type Precision } from "./precision.ts";
import { checkSetNames } from "./result-names.ts";
import { checkResume } from "./resume.ts";
import type { TrainingSnapshot } from "./snapshot.ts";
import { FeedBatches, type TrainingBatches } from "./training-batches.ts";

const evaluationStream = 0x6576;

export class Trainer {
  readonly model: Model;
  readonly engine: Engine;
  readonly objective: Objective;
  readonly state: OptimizerState;
  /** that of compile(), or of the snapshot that training went on from */
  seed: number;
  /** of training; evaluation has its own */
  readonly step: StepState;
  readonly inputs: readonly Port[];
  readonly outputs: readonly OutputPort[];
  readonly onBatch: OnBatch;
  /** of the steps that are prepared: in mixed precision the scale of their loss, in float32 undefined */
  lossScale: LossScale | undefined;
  /** parts of a batch that does not fit may count as batches of their own where a layer needs the whole one */
  independentParts = false;
  /** of evaluate() and predict() */
  readonly learningPhase: LearningPhase;
  readonly #open: FeedOpener;
  /** calls of evaluate() and predict() so far */
  #evaluations = 0;
  #learningRate: number;
  #disposed = false;
  /** stays from one mixed fit to the next */
  #lossScale: LossScale | undefined;
  /** kernel launches of the last recorded training step */
  dispatchesPerStep = 0;

  private constructor(
    model: Model,
    engine: Engine,
    objective: Objective,
    options: ResolvedCompileOptions,
    kept: ReadonlyMap<string, Float32Array> | undefined,
  ) {
    this.model = model;
    this.engine = engine;
    this.objective = objective;
    this.seed = options.seed ?? 1;
    this.learningPhase = options.learningPhase ?? 0;
    const names = model.inputNames;
    this.inputs = model.inputs.map(({ shape }, i) => ({ name: names[i]!, shape }));
    this.outputs = objective.heads;
    this.state = new OptimizerState(model.initialize(engine, this.seed, kept), options.optimizer);
    this.step = new StepState(engine);
    this.#learningRate = options.optimizer.learningRate;
    this.step.set({ seed: this.seed, learningRate: this.#learningRate });
    this.#open = new FeedOpener(engine, this.inputs, this.outputs);
    this.onBatch = new OnBatch(this);
  }

  /**
   * Checks loss and metrics against the model by a dry run of one sample, and puts the weights on the engine. A model
   * that is compiled again keeps its weights, and `previous` is disposed of. Weights on an engine that is dead are lost.
   */
  static async create(model: Model, options: ResolvedCompileOptions, previous?: Trainer): Promise<Trainer> {
    if (options.learningPhase === 1) refuseBatchNormalization(model);
    const objective = new Objective(model, options.loss, options.metrics ?? [], options.lossWeights);
    if (options.engine) model.checkEngine(options.engine);
    const kept = previous && (await keptWeights(model, previous.engine));
    const engine = await leaseEngine(options.engine, model.engine);
    previous?.dispose();
    const trainer = new Trainer(model, engine, objective, options, kept);
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

  /** Of the next step, before decay. Stays from one fit to the next. */
  get learningRate(): number {
    return this.#learningRate;
  }

  set learningRate(value: number) {
    this.#learningRate = value;
    this.step.set({ learningRate: value });
  }

  /** `claim` is on the model's weights, from here to the end. */
  async fit(source: DataSource | BatchGenerator, options: FitOptions, claim: Claim): Promise<History> {
    checkFit(options);
    const { precision = "float32", lossScale } = options;
    if (options.resume) checkSamePrecision(precision, options.resume);
    if (precision === "mixed") requireHalf('fit: precision "mixed"', this.engine.adapter);
    const feeds: Feed[] = [];
    const keep = (feed: Feed) => {
      feeds.push(feed);
      return feed;
    };
    let batches: TrainingBatches | undefined;
    let history: History | undefined;
    try {
      this.setPrecision(precision, lossScale);
      this.independentParts = options.microBatches === "independent";
      const { validationSplit = 0, validationData, evaluationSets = {}, resume } = options;
      const evaluations: EvaluationFeeds[number][] = [];
      if (isBatchGenerator(source)) batches = new GeneratorBatches(this, source, options, claim);
      else {
        let training = keep(await this.#open.weighted("fit", source, options));
        if (validationSplit > 0) {
          const kept = Math.floor(training.count * (1 - validationSplit));
          if (kept === 0)
            throw new ArgumentError(`fit: validationSplit ${validationSplit} leaves no sample to train on.`);
          const { indices } = training;
          evaluations.push({ prefix: "val", feed: keep(training.withIndices(indices.slice(kept))) });
          training = keep(training.withIndices(indices.slice(0, kept)));
        }
        batches = new FeedBatches(this, training, options);
      }
      const sets = Object.entries(evaluationSets).map(([prefix, data]) => ({
        prefix,
        title: `fit: evaluationSets.${prefix}`,
        data,
      }));
      if (validationData) sets.unshift({ prefix: "val", title: "fit: validationData", data: validationData });
      for (const { prefix, title, data } of sets)
        evaluations.push({ prefix, feed: keep(await this.#open.weighted(title, data)) });
      checkSetNames(
        this.objective.columnNames,
        evaluations.map(({ prefix }) => prefix),
      );
      if (resume) checkResume(resume, { trainer: this, batches, epochs: options.epochs ?? 1 });
      const run = new FitRun(this, batches, evaluations, options, claim);
      if (resume) await claim.letOthers(() => this.restore(resume));
      history = await run.run();
      return history;
    } finally {
      this.setPrecision("float32");
      this.independentParts = false;
      for (const feed of feeds) feed.dispose();
      const closed = (async () => batches?.dispose())();
      await (history ? closed : closed.catch(() => {})); // what ended fit is told first, as by for ... of
    }
  }

  async evaluate(source: DataSource, options: EvaluateOptions): Promise<Record<string, number>> {
    checkEvaluate(options);
    const feed = await this.#open.weighted("evaluate", source, options);
    try {
      return await this.evaluateFeed(feed, options);
    } finally {
      feed.dispose();
    }
  }

  /** Loss and metrics over all samples of a feed. */
  async evaluateFeed(
    feed: Feed,
    options: EvaluateOptions = {},
    at: EvaluationMoment = this.nextMoment(),
  ): Promise<Record<string, number>> {
    const { engine, model, objective, learningPhase } = this;
    const setup = { engine, model, objective, learningPhase, at };
    return new Evaluation(setup, feed, options.batchSize ?? evaluationBatch).evaluate();
  }

  /** Of the next evaluate() or predict(): in learning phase 1 no two of a compiled model draw the same numbers. */
  nextMoment(): EvaluationMoment {
    return { epoch: 0, step: this.#drawsFrom(this.#evaluations++, 0) };
  }

  /** Of the evaluation of fit's set number `index` after `step` updates, so that a resumed run draws the same. */
  momentInFit(epoch: number, step: number, index: number): EvaluationMoment {
    return { epoch, step: this.#drawsFrom(step, 1 + index) };
  }

  /** Passes count their batches from here: a place that is far from those of training and of other passes. */
  #drawsFrom(count: number, kind: number): number {
    return pcg4d(count, kind, evaluationStream, this.seed)[0];
  }

  /** Of the steps that are prepared from now on. Options of the loss scale start scaling anew. */
  setPrecision(precision: Precision, options?: LossScaleOptions): void {
    if (options) {
      this.#lossScale?.dispose();
      this.#lossScale = undefined;
    }
    this.#lossScale ??= precision === "mixed" ? new LossScale(this.engine, options) : undefined;
    this.lossScale = precision === "mixed" ? this.#lossScale : undefined;
  }

  /** Weights, optimizer state, seed, step number and, in mixed precision, the loss scale of a snapshot that was checked. */
  restore({ position, weights, slots }: TrainingSnapshot): void {
    this.seed = position.seed;
    this.model.setWeights(weights);
    this.state.write(slots);
    this.step.set({ step: position.step, seed: position.seed });
    if (position.lossScale) this.lossScale?.write(position.lossScale);
    this.learningRate = position.learningRate;
  }

  /** Stays from one mixed fit to the next; undefined before the first. */
  get keptLossScale(): LossScale | undefined {
    return this.#lossScale;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  dispose(): void {
    this.#disposed = true;
    this.onBatch.dispose();
    this.state.dispose();
    this.step.dispose();
    this.#lossScale?.dispose();
    returnEngine(this.engine);
  }
}

/** Undefined if they went with their device. */
async function keptWeights(
  model: Model,
  engine: Engine,
): Promise<ReadonlyMap<string, Float32Array> | undefined> {
  try {
    return await model.getWeights();
  } catch (error) {
    if (isAlive(engine)) throw error;
    return undefined;
  }
}

function refuseBatchNormalization({ layers }: Model): void {
  const within = (layer: Layer): readonly Layer[] => [layer, ...layer.innerLayers.flatMap(within)];
  const found = layers.flatMap(within).find(({ className }) => className === "BatchNormalization");
  if (!found) return;
  throw new ArgumentError(
    `compile: learningPhase 1 is not for models with batch normalisation (${found.name}): evaluation would change its moving statistics.`,
  );
}

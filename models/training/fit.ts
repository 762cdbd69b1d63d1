/** @file fit(): epochs of recorded steps, evaluation after each, callbacks, progress, and stopping between two steps. */
import { InterruptedError } from "../../engine/errors.ts";
import type { Callback, FitControl, Progress } from "./callbacks.ts";
import type { Feed } from "./data.ts";
import { diagnose } from "./diagnose.ts";
import { History, type Logs } from "./history.ts";
import { TrainingLog } from "./log.ts";
import type { FitOptions } from "./options.ts";
import { shuffled } from "./order.ts";
import { Pace } from "./pace.ts";
import type { TrainingPosition, TrainingSnapshot } from "./snapshot.ts";
import { TrainingStep } from "./step.ts";
import type { Trainer } from "./trainer.ts";

const progressMilliseconds = 100;

/** Sets to evaluate after every epoch, with the prefix of their results. */
export type EvaluationFeeds = readonly { readonly prefix: string; readonly feed: Feed }[];

export class FitRun implements FitControl {
  readonly epochs: number;
  readonly history: History;
  readonly #trainer: Trainer;
  readonly #options: FitOptions;
  readonly #feed: Feed;
  readonly #evaluations: EvaluationFeeds;
  readonly #log: TrainingLog;
  readonly #steps = new Map<number, TrainingStep>();
  readonly #callbacks: readonly Callback[];
  readonly #batchSize: number;
  #epoch: number;
  #batch: number;
  /** optimizer updates before the running epoch */
  #firstStep = 0;
  #rows: number[][];
  #learningRate: number;
  #stopReason: string | undefined;

  constructor(trainer: Trainer, feed: Feed, evaluations: EvaluationFeeds, options: FitOptions) {
    const { epochs = 1, batchSize = 32, resume } = options;
    this.#trainer = trainer;
    this.#options = options;
    this.#feed = feed;
    this.#evaluations = evaluations;
    this.#batchSize = Math.min(batchSize, feed.count);
    this.#callbacks = options.callbacks ?? [];
    this.epochs = epochs;
    this.#epoch = resume?.position.epoch ?? 0;
    this.#batch = resume?.position.batch ?? 0;
    this.#rows = resume?.position.rows ?? [];
    this.#learningRate = resume?.position.learningRate ?? trainer.optimizer.learningRate;
    this.history = resume ? History.fromJSON(resume.position.history) : new History();
    this.#log = new TrainingLog(trainer.engine, trainer.objective, this.stepsPerEpoch);
    for (const callback of this.#callbacks)
      callback.loadState?.(resume?.position.callbacks[callback.name] ?? {});
  }

  get model() {
    return this.#trainer.model;
  }

  get stepsPerEpoch(): number {
    return Math.ceil(this.#feed.count / this.#batchSize);
  }

  get learningRate(): number {
    return this.#learningRate;
  }

  set learningRate(value: number) {
    this.#learningRate = value;
    this.#trainer.step.set({ learningRate: value });
  }

  stop(reason: string): void {
    this.#stopReason ??= reason;
  }

  async run(): Promise<History> {
    try {
      this.#trainer.step.set({ halted: 0, sample: 0 });
      for (const callback of this.#callbacks) await callback.onTrainBegin?.(this);
      while (this.#epoch < this.epochs && this.#stopReason === undefined) await this.#runEpoch();
      for (const callback of this.#callbacks) await callback.onTrainEnd?.(this);
      return this.history;
    } finally {
      for (const step of this.#steps.values()) step.dispose();
      this.#log.dispose();
    }
  }

  async snapshot(): Promise<TrainingSnapshot> {
    const { model, state, seed } = this.#trainer;
    const { step } = await this.#trainer.step.read();
    const states = this.#callbacks.map((callback) => [callback.name, callback.saveState?.() ?? {}] as const);
    const position: TrainingPosition = {
      epoch: this.#epoch,
      batch: this.#batch,
      step,
      seed,
      learningRate: this.#learningRate,
      rows: this.#rows,
      history: this.history.toJSON(),
      callbacks: Object.fromEntries(states),
    };
    return { position, weights: await model.getWeights(), slots: await state.read() };
  }

  async #runEpoch(): Promise<void> {
    const { step, seed } = this.#trainer;
    const epoch = this.#epoch;
    for (const callback of this.#callbacks) await callback.onEpochBegin?.(epoch, this);
    const { indices } = this.#feed;
    this.#feed.setOrder((this.#options.shuffle ?? true) ? shuffled(indices, seed, epoch) : indices);
    const position = this.#batch * this.#batchSize;
    this.#firstStep = (await step.read()).step - this.#batch;
    step.set({ epoch, position, batch: this.#batch, learningRate: this.#learningRate });

    const seconds = await this.#runSteps();
    const logs: Logs = this.#log.means(this.#rows);
    for (const { prefix, feed } of this.#evaluations) {
      const results = await this.#trainer.evaluateFeed(feed);
      for (const [name, value] of Object.entries(results)) logs[`${prefix}_${name}`] = value;
    }
    logs.seconds = seconds;
    this.#epoch++;
    this.#batch = 0;
    this.#rows = [];
    await this.#endEpoch(epoch, logs);
  }

  async #endEpoch(epoch: number, logs: Logs): Promise<void> {
    const savers = this.#callbacks.filter((callback) => callback.savesTraining);
    for (const callback of this.#callbacks) {
      if (!callback.savesTraining) await callback.onEpochEnd?.(epoch, logs, this);
    }
    this.history.append(epoch + 1, logs);
    this.#options.onEpoch?.(epoch, logs);
    for (const callback of savers) await callback.onEpochEnd?.(epoch, logs, this); // what they save includes this epoch
  }

  /** The rest of the epoch's batches; returns the seconds they took. */
  async #runSteps(): Promise<number> {
    const { engine } = this.#trainer;
    const pace = new Pace(engine);
    const started = performance.now();
    const firstBatch = this.#batch;
    let shown = started;
    const full = Math.floor(this.#feed.count / this.#batchSize);
    while (this.#batch < this.stepsPerEpoch) {
      const size = this.#batch < full ? this.#batchSize : this.#feed.count - full * this.#batchSize;
      const left = this.#batch < full ? full - this.#batch : 1;
      const count = Math.min(pace.steps, left, this.#log.room(this.#rows.length, this.#batch));
      const step = await this.#stepFor(size);
      step.run(count);
      this.#batch += count;
      await pace.submitted(count);
      const interrupted = this.#options.signal?.aborted ?? false;
      const due = performance.now() - shown >= progressMilliseconds;
      if (due || interrupted || this.#log.room(this.#rows.length, this.#batch) === 0) {
        await this.#readLog();
        this.#showProgress(firstBatch, (performance.now() - started) / 1000);
        shown = performance.now();
      }
      if (interrupted) throw await this.#interrupt();
    }
    await pace.drain();
    await this.#readLog();
    return (performance.now() - started) / 1000;
  }

  async #interrupt(): Promise<InterruptedError> {
    for (const callback of this.#callbacks) await callback.onInterrupt?.(this);
    return new InterruptedError(
      `Interrupted in epoch ${this.#epoch + 1} after ${this.#batch} of ${this.stepsPerEpoch} batches.`,
    );
  }

  /** Fetches the log's new rows. Throws NumericError, naming step and layer, if a loss was not finite. */
  async #readLog(): Promise<void> {
    this.#rows.push(...(await this.#log.read(this.#rows.length, this.#batch)));
    const { halted } = await this.#trainer.step.read();
    if (halted === 0) return;
    const [step, epoch, batchSize] = [halted - 1, this.#epoch, this.#batchSize];
    throw await diagnose(this.#trainer, this.#feed, {
      epoch,
      batch: step - this.#firstStep,
      step,
      batchSize,
    });
  }

  async #stepFor(size: number): Promise<TrainingStep> {
    const known = this.#steps.get(size);
    if (known) return known;
    const step = await TrainingStep.prepare(
      this.#trainer,
      this.#feed,
      this.#log,
      size,
      this.#options.eager ?? false,
    );
    this.#steps.set(size, step);
    if (this.#steps.size === 1) this.#options.onPlan?.(step.parts);
    return step;
  }

  #showProgress(firstBatch: number, seconds: number): void {
    const { count } = this.#feed;
    const samples = Math.min(this.#batch * this.#batchSize, count);
    const progress: Progress = {
      epoch: this.#epoch,
      epochs: this.epochs,
      batch: this.#batch,
      steps: this.stepsPerEpoch,
      samples,
      totalSamples: count,
      logs: this.#log.means(this.#rows),
      seconds,
      imagesPerSecond: (samples - firstBatch * this.#batchSize) / seconds,
    };
    for (const callback of this.#callbacks) callback.onProgress?.(progress, this);
    this.#options.onProgress?.(progress);
  }
}

/** @file Where fit() gets the batches of its epochs from: samples on the GPU, visited in a new order every epoch. */
import { ArgumentError, type NumericError } from "../../engine/errors.ts";
import type { Feed } from "../data/batches.ts";
import { shuffled } from "../data/order.ts";
import { type BadBatch, diagnose } from "./diagnose.ts";
import type { TrainingLog } from "./log.ts";
import type { FitOptions } from "./options.ts";
import type { Trainer } from "./session.ts";
import { TrainingStep } from "./step.ts";

/** The batches of training, epoch after epoch. */
export interface TrainingBatches {
  readonly stepsPerEpoch: number;
  /** of an epoch; of a generator, as far as is known */
  readonly totalSamples: number;
  /** samples in the first `batches` batches of the running epoch */
  samplesIn(batches: number): number;
  /** Goes to a batch of an epoch; called before its first run(). */
  start(epoch: number, batch: number): void;
  /** Runs batches from `batch` on, at most `most`, which write to `log`; returns how many: none only if the signal aborts. */
  run(batch: number, most: number, log: TrainingLog): Promise<number>;
  /** Says where the loss of a batch that is not finite came from. */
  diagnose(bad: Omit<BadBatch, "batchSize">): Promise<NumericError>;
  /** Frees what the steps took, and closes a generator. */
  dispose(): void | Promise<void>;
}

/** Batches of a feed; the last of an epoch may have fewer samples. */
export class FeedBatches implements TrainingBatches {
  readonly #trainer: Trainer;
  readonly #feed: Feed;
  readonly #options: FitOptions;
  readonly #batchSize: number;
  /** by batch size */
  readonly #steps = new Map<number, TrainingStep>();

  /** Throws ArgumentError for options that only make sense for a generator. */
  constructor(trainer: Trainer, feed: Feed, options: FitOptions) {
    if (options.stepsPerEpoch !== undefined)
      throw new ArgumentError("fit: stepsPerEpoch is for generators; a data set is visited once per epoch.");
    this.#trainer = trainer;
    this.#feed = feed;
    this.#options = options;
    this.#batchSize = Math.min(options.batchSize ?? 32, feed.count);
  }

  get stepsPerEpoch(): number {
    return Math.ceil(this.#feed.count / this.#batchSize);
  }

  get totalSamples(): number {
    return this.#feed.count;
  }

  samplesIn(batches: number): number {
    return Math.min(batches * this.#batchSize, this.#feed.count);
  }

  start(epoch: number, batch: number): void {
    const { indices } = this.#feed;
    const { step, seed } = this.#trainer;
    this.#feed.setOrder((this.#options.shuffle ?? true) ? shuffled(indices, seed, epoch) : indices);
    step.set({ position: batch * this.#batchSize });
  }

  async run(batch: number, most: number, log: TrainingLog): Promise<number> {
    const full = Math.floor(this.#feed.count / this.#batchSize);
    const size = batch < full ? this.#batchSize : this.#feed.count - full * this.#batchSize;
    const count = Math.min(most, batch < full ? full - batch : 1);
    const step = await this.#stepFor(size, log);
    step.run(count);
    return count;
  }

  diagnose(bad: Omit<BadBatch, "batchSize">): Promise<NumericError> {
    return diagnose(this.#trainer, this.#feed, { ...bad, batchSize: this.#batchSize });
  }

  dispose(): void {
    for (const step of this.#steps.values()) step.dispose();
  }

  async #stepFor(size: number, log: TrainingLog): Promise<TrainingStep> {
    const known = this.#steps.get(size);
    if (known) return known;
    const { eager = false, onPlan } = this.#options;
    const step = await TrainingStep.prepare(this.#trainer, this.#feed, log, size, eager);
    this.#steps.set(size, step);
    if (this.#steps.size === 1) onPlan?.(step.parts);
    return step;
  }
}

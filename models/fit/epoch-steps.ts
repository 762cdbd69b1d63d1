/** @file Where fit() gets the batches of its epochs from: samples on the GPU, visited in a new order every epoch. */
import { ArgumentError, type NumericError } from "../../engine/errors.ts";
import type { Batches } from "../data/batches.ts";
import { shuffled } from "../data/order.ts";
import { type BadBatch, diagnose } from "./diagnose.ts";
import type { TrainingLog } from "./log.ts";
import type { FitOptions } from "./options.ts";
import type { Session } from "./session.ts";
import { TrainingStep } from "./step.ts";

/** The batches of training, epoch after epoch. */
export interface EpochSteps {
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

/** Batches of a batches; the last of an epoch may have fewer samples. */
export class SampleSteps implements EpochSteps {
  readonly #session: Session;
  readonly #batches: Batches;
  readonly #options: FitOptions;
  readonly #batchSize: number;
  /** by batch size */
  readonly #steps = new Map<number, TrainingStep>();

  /** Throws ArgumentError for options that only make sense for a generator. */
  constructor(session: Session, batches: Batches, options: FitOptions) {
    if (options.stepsPerEpoch !== undefined)
      throw new ArgumentError("fit: stepsPerEpoch is for generators; a data set is visited once per epoch.");
    this.#session = session;
    this.#batches = batches;
    this.#options = options;
    this.#batchSize = Math.min(options.batchSize ?? 32, batches.count);
  }

  get stepsPerEpoch(): number {
    return Math.ceil(this.#batches.count / this.#batchSize);
  }

  get totalSamples(): number {
    return this.#batches.count;
  }

  samplesIn(batches: number): number {
    return Math.min(batches * this.#batchSize, this.#batches.count);
  }

  start(epoch: number, batch: number): void {
    const { indices } = this.#batches;
    const { step, seed } = this.#session;
    this.#batches.setOrder((this.#options.shuffle ?? true) ? shuffled(indices, seed, epoch) : indices);
    step.set({ position: batch * this.#batchSize });
  }

  async run(batch: number, most: number, log: TrainingLog): Promise<number> {
    const full = Math.floor(this.#batches.count / this.#batchSize);
    const size = batch < full ? this.#batchSize : this.#batches.count - full * this.#batchSize;
    const count = Math.min(most, batch < full ? full - batch : 1);
    const step = await this.#stepFor(size, log);
    step.run(count);
    return count;
  }

  diagnose(bad: Omit<BadBatch, "batchSize">): Promise<NumericError> {
    return diagnose(this.#session, this.#batches, { ...bad, batchSize: this.#batchSize });
  }

  dispose(): void {
    for (const step of this.#steps.values()) step.dispose();
  }

  async #stepFor(size: number, log: TrainingLog): Promise<TrainingStep> {
    const known = this.#steps.get(size);
    if (known) return known;
    const { eager = false, onPlan } = this.#options;
    const step = await TrainingStep.prepare(this.#session, this.#batches, log, size, eager);
    this.#steps.set(size, step);
    if (this.#steps.size === 1) onPlan?.(step.parts);
    return step;
  }
}

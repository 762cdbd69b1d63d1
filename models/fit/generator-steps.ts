/** @file Training on batches that a generator makes: each is copied to the GPU for its step. */
import { ArgumentError, NumericError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import { GpuDataset } from "../../kernels/gather/index.ts";
import type { Claim } from "../claims.ts";
import { type BatchGenerator, BatchIterator, type HostBatch } from "../data/batch-iterator.ts";
import { lossSamples } from "../data/sample-weights.ts";
import { BatchSteps } from "./batch-steps.ts";
import { type BadBatch, badWeight } from "./diagnose.ts";
import type { EpochSteps } from "./fit-run.ts";
import type { TrainingLog } from "./log.ts";
import type { FitOptions } from "./options.ts";
import type { Session } from "./session.ts";

export class GeneratorSteps implements EpochSteps {
  readonly stepsPerEpoch: number;
  readonly #session: Session;
  readonly #options: FitOptions;
  readonly #claim: Claim;
  readonly #batches: BatchIterator;
  /** samples of the running epoch up to the end of each of its batches */
  readonly #ends: number[] = [];
  #steps: BatchSteps | undefined;
  #epoch: number | undefined;
  /** batches before the first that is trained on: those of the epochs before */
  #toSkip = 0;

  constructor(session: Session, generator: BatchGenerator, options: FitOptions, claim: Claim) {
    this.stepsPerEpoch = checkGeneratorOptions(generator, options);
    this.#session = session;
    this.#options = options;
    this.#claim = claim;
    this.#batches = new BatchIterator(generator, options.signal);
  }

  get totalSamples(): number {
    const done = this.#ends.length;
    return Math.round((this.samplesIn(done) / Math.max(done, 1)) * this.stepsPerEpoch);
  }

  samplesIn(batches: number): number {
    return this.#ends[batches - 1] ?? 0;
  }

  start(epoch: number, batch: number): void {
    if (this.#epoch === undefined) this.#toSkip = epoch * this.stepsPerEpoch + batch;
    this.#epoch = epoch;
    this.#ends.length = 0;
    for (let i = 0; i < batch; i++) this.#ends.push(0); // of a resumed epoch: nobody knows any more
  }

  /** Runs one batch, or none if the signal aborts while the generator is waited for. */
  async run(batch: number, _most: number, log: TrainingLog): Promise<number> {
    const data = await this.#claim.letOthers(() => this.#next()); // a generator may predict
    if (data === "aborted") return 0;
    if (data === "ended") throw this.#ended(batch);
    const what = `fit: batch ${batch + 1} of epoch ${(this.#epoch ?? 0) + 1}`;
    requireBatch(what, data);
    const { inputs, outputs } = this.#session;
    const { classWeight, eager = false, onPlan } = this.#options;
    const weights = classWeight === undefined ? {} : { classWeight };
    const samples = lossSamples(what, inputs, outputs, data, weights);
    this.#steps ??= new BatchSteps(this.#session, log, eager);
    const { step } = await this.#steps.run(samples);
    if (this.#ends.length === 0) onPlan?.(step.parts, step.memory);
    this.#ends.push(this.samplesIn(batch) + samples.count);
    return 1;
  }

  async #next() {
    await this.#batches.skip(this.#toSkip);
    this.#toSkip = 0;
    return this.#batches.next();
  }

  #ended(batch: number): ArgumentError {
    return new ArgumentError(
      `fit: the generator ended after ${batch} of the ${this.stepsPerEpoch} batches of epoch ${(this.#epoch ?? 0) + 1}. Let it ` +
        "go on without end, or give what can begin anew: an array of batches, or the function* itself, not what it returns. A " +
        "generator that a fit() was given is closed when that ends.",
    );
  }

  /** The batch is not there any more to be looked at. */
  async diagnose({ epoch, batch, step }: Omit<BadBatch, "batchSize">): Promise<NumericError> {
    const weight = await badWeight(this.#session);
    const place = `epoch ${epoch + 1}, batch ${batch + 1} of ${this.stepsPerEpoch} (step ${step})`;
    const cause = weight
      ? `The loss is not finite in ${place}: ${weight.text}. Training stopped before this update.`
      : `The loss or a gradient is not finite in ${place}. Training stopped before this update.`;
    return new NumericError(weight?.grew === false ? cause : `${cause} A smaller learning rate often helps.`);
  }

  makeRoom(): void {
    this.#steps?.makeRoom();
  }

  async dispose(): Promise<void> {
    this.#steps?.dispose();
    await this.#claim.letOthers(() => this.#batches.close());
  }
}

/** Throws ArgumentError for what is no batch in main memory. */
function requireBatch(what: string, data: unknown): asserts data is HostBatch {
  const plain = typeof data === "object" && data !== null && !(Symbol.iterator in data);
  if (plain && !(data instanceof GpuDataset) && !("dataset" in data)) return;
  const got = plain ? "a data set on the GPU" : written(data);
  throw new ArgumentError(`${what}: a batch is { inputs, targets } in main memory, got ${got}.`);
}

/** The number of steps. Throws ArgumentError for options that only make sense for a data set. */
function checkGeneratorOptions(generator: BatchGenerator, options: FitOptions): number {
  const { validationSplit, sampleWeight } = options;
  const { stepsPerEpoch = Array.isArray(generator) ? generator.length : undefined } = options;
  if (stepsPerEpoch === 0) throw new ArgumentError("fit: there are no batches in the array.");
  if (stepsPerEpoch === undefined || !Number.isInteger(stepsPerEpoch) || stepsPerEpoch < 1) {
    throw new ArgumentError(
      `fit: a generator needs stepsPerEpoch, a positive integer; got ${written(stepsPerEpoch)}.`,
    );
  }
  if (validationSplit)
    throw new ArgumentError("fit: a generator has no end to split off; give validationData.");
  if (sampleWeight) throw new ArgumentError("fit: the batches of a generator bring their own sampleWeight.");
  return stepsPerEpoch;
}

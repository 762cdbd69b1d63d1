/** @file Training on batches that a generator makes: each is copied to the GPU for its step. */
import { ArgumentError, NumericError } from "../../engine/errors.ts";
import type { HostDataset } from "../../kernels/gather/index.ts";
import type { Claim } from "../claims.ts";
import { unlessAborted } from "./abort.ts";
import { type ArrayDataset, hostSamples } from "./arrays.ts";
import { BatchSteps } from "./batch-steps.ts";
import { type BadBatch, badWeight } from "./diagnose.ts";
import { requireData } from "./feed-opener.ts";
import type { TrainingLog } from "./log.ts";
import type { FitOptions } from "./options.ts";
import { type SampleWeight, sampleWeights } from "./sample-weights.ts";
import type { Trainer } from "./trainer.ts";
import type { TrainingBatches } from "./training-batches.ts";

/** One batch in main memory. */
export type HostBatch = (ArrayDataset | HostDataset) & { readonly sampleWeight?: SampleWeight };

/** Batches one after the other: an array of them, a generator, an async generator. */
export type BatchGenerator = Iterable<HostBatch> | AsyncIterable<HostBatch>;

export function isBatchGenerator(source: object): source is BatchGenerator {
  return Symbol.asyncIterator in source || Symbol.iterator in source;
}

export class GeneratorBatches implements TrainingBatches {
  readonly stepsPerEpoch: number;
  readonly #trainer: Trainer;
  readonly #options: FitOptions;
  readonly #claim: Claim;
  readonly #batches: Iterator<HostBatch> | AsyncIterator<HostBatch>;
  /** samples of the running epoch up to the end of each of its batches */
  readonly #ends: number[] = [];
  #steps: BatchSteps | undefined;

  constructor(trainer: Trainer, generator: BatchGenerator, options: FitOptions, claim: Claim) {
    this.stepsPerEpoch = checkGeneratorOptions(options);
    this.#trainer = trainer;
    this.#options = options;
    this.#claim = claim;
    this.#batches =
      Symbol.asyncIterator in generator
        ? generator[Symbol.asyncIterator]()
        : (generator as Iterable<HostBatch>)[Symbol.iterator]();
  }

  get totalSamples(): number {
    const done = this.#ends.length;
    return Math.round((this.samplesIn(done) / Math.max(done, 1)) * this.stepsPerEpoch);
  }

  samplesIn(batches: number): number {
    return this.#ends[batches - 1] ?? 0;
  }

  start(_epoch: number, batch: number): void {
    this.#ends.length = 0;
    for (let i = 0; i < batch; i++) this.#ends.push(0); // of a resumed epoch: nobody knows any more
  }

  async run(batch: number, _most: number, log: TrainingLog): Promise<number> {
    const next = () => unlessAborted(this.#batches.next(), this.#options.signal);
    const result = await this.#claim.letOthers(next); // a generator may predict
    if (!result) return 0;
    const { done, value } = result;
    if (done) {
      throw new ArgumentError(
        `fit: the generator ended after ${batch} of the ${this.stepsPerEpoch} batches of an epoch.`,
      );
    }
    requireData("fit", value);
    this.#steps ??= new BatchSteps(this.#trainer, log, this.#options.eager ?? false);
    const { inputs, outputs } = this.#trainer;
    const samples = hostSamples("fit", inputs, outputs, value);
    if (samples.targets.length === 0)
      throw new ArgumentError("fit: a batch of the generator has no targets.");
    const { sampleWeight } = value;
    const { classWeight } = this.#options;
    const options = { ...(sampleWeight && { sampleWeight }), ...(classWeight && { classWeight }) };
    const { step } = await this.#steps.run({ samples, weights: sampleWeights(outputs, samples, options) });
    if (this.#ends.length === 0) this.#options.onPlan?.(step.parts);
    this.#ends.push(this.samplesIn(batch) + samples.count);
    return 1;
  }

  /** The batch is not there any more to be looked at. */
  async diagnose({ epoch, batch, step }: Omit<BadBatch, "batchSize">): Promise<NumericError> {
    const weight = await badWeight(this.#trainer);
    const place = `epoch ${epoch + 1}, batch ${batch + 1} of ${this.stepsPerEpoch} (step ${step})`;
    const cause = weight
      ? `The loss is not finite in ${place}: ${weight.text}. Training stopped before this update.`
      : `The loss or a gradient is not finite in ${place}. Training stopped before this update.`;
    return new NumericError(weight?.grew === false ? cause : `${cause} A smaller learning rate often helps.`);
  }

  dispose(): void {
    this.#steps?.dispose();
  }
}

/** The number of steps. Throws ArgumentError for options that only make sense for a data set. */
function checkGeneratorOptions({ stepsPerEpoch, validationSplit, sampleWeight }: FitOptions): number {
  if (stepsPerEpoch === undefined || !Number.isInteger(stepsPerEpoch) || stepsPerEpoch < 1) {
    throw new ArgumentError(
      `fit: a generator needs stepsPerEpoch, a positive integer; got ${stepsPerEpoch}.`,
    );
  }
  if (validationSplit)
    throw new ArgumentError("fit: a generator has no end to split off; give validationData.");
  if (sampleWeight) throw new ArgumentError("fit: the batches of a generator bring their own sampleWeight.");
  return stepsPerEpoch;
}

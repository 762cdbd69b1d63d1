/** @file Options of fit, evaluate and predict, by Keras's names and defaults. */
import { ArgumentError } from "../../engine/errors.ts";
import type { Callback, Progress } from "./callbacks.ts";
import type { DataSource } from "./data.ts";
import type { Logs } from "./history.ts";
import type { WeightOptions } from "./sample-weights.ts";
import type { TrainingSnapshot } from "./snapshot.ts";

/** `sampleWeight` and `classWeight` count in the loss only; metrics are without. */
export interface FitOptions extends WeightOptions {
  /** last epoch; counted from the start of training, so a resumed run gives the same number. Default 1 */
  readonly epochs?: number;
  /** epochs that an earlier fit() has run: this one counts, and shuffles, on from there. Default 0 */
  readonly initialEpoch?: number;
  /** samples per update; a generator decides that itself. Default 32 */
  readonly batchSize?: number;
  /** batches per epoch that are taken from a generator */
  readonly stepsPerEpoch?: number;
  /** the LAST fraction of the samples, before shuffling, is held out and evaluated after every epoch */
  readonly validationSplit?: number;
  /** evaluated after every epoch; results are named val_loss, val_accuracy, ... */
  readonly validationData?: DataSource;
  /** further sets to evaluate after every epoch, by prefix: { test: ... } gives test_loss, test_accuracy, ... */
  readonly evaluationSets?: Readonly<Record<string, DataSource>>;
  /** a new order for every epoch. Default true */
  readonly shuffle?: boolean;
  readonly callbacks?: readonly Callback[];
  /** continue from here: to the same bits as without the interruption */
  readonly resume?: TrainingSnapshot;
  /** run every step anew instead of replaying a recording: slower, same bits */
  readonly eager?: boolean;
  /** when it aborts, training stops between two steps and fit() rejects with InterruptedError */
  readonly signal?: AbortSignal;
  /** told the sizes of the micro-batches before the first step; one size if the batch is not split */
  readonly onPlan?: (parts: readonly number[]) => void;
  /** called after every epoch, with all its results */
  readonly onEpoch?: (epoch: number, logs: Logs) => void;
  /** called about every 100 ms */
  readonly onProgress?: (progress: Progress) => void;
}

export interface PredictOptions {
  /** samples at a time. Default 256; does not change the result but for rounding */
  readonly batchSize?: number;
}

export interface EvaluateOptions extends PredictOptions, Pick<WeightOptions, "sampleWeight"> {}

/** Throws ArgumentError for values that make no sense. */
export function checkFit(options: FitOptions): void {
  const { epochs = 1, initialEpoch = 0, batchSize = 32, validationSplit = 0, validationData } = options;
  for (const [name, value] of Object.entries({ epochs, initialEpoch })) {
    if (!Number.isInteger(value) || value < 0)
      throw new ArgumentError(`fit: ${name} must be a whole number, got ${value}.`);
  }
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

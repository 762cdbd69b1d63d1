/** @file Options of fit, evaluate and predict, by Keras's names and defaults. */
import type { Callback, Progress } from "./callbacks.ts";
import type { DataSource } from "./data.ts";
import type { Logs } from "./history.ts";
import type { TrainingSnapshot } from "./snapshot.ts";

export interface FitOptions {
  /** last epoch; counted from the start of training, so a resumed run gives the same number. Default 1 */
  readonly epochs?: number;
  /** samples per update. Default 32 */
  readonly batchSize?: number;
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

export interface EvaluateOptions {
  /** samples at a time. Default 256; does not change the result but for rounding */
  readonly batchSize?: number;
}

export type PredictOptions = EvaluateOptions;

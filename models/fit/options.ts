/** @file Options of fit, evaluate and predict, by Keras's names and defaults. */
import { ArgumentError } from "../../engine/errors.ts";
import {
  checkFlag,
  checkFunction,
  checkNames,
  checkOption,
  checkOptionNames,
  type OptionNames,
  written,
} from "../../engine/options.ts";
import { checkLossScale, type LossScaleOptions } from "../../kernels/loss-scale/index.ts";
import type { Callback, Progress } from "../callbacks/callback.ts";
import { checkVerbose, type Verbose } from "../callbacks/progress-printer.ts";
import { checkSnapshot, type TrainingSnapshot } from "../checkpoint/snapshot.ts";
import type { ArrayTuple } from "../data/arrays.ts";
import type { DataSource } from "../data/batches.ts";
import type { WeightOptions } from "../data/sample-weights.ts";
import type { HostData, Scales, ValuesByName } from "../data/samples.ts";
import type { EvaluateOptions, PredictOptions } from "../network.ts";
import type { Logs } from "./history.ts";
import { checkPrecision, type Precision } from "./precision.ts";
import type { StepMemory } from "./step-choice.ts";

/** `sampleWeight` and `classWeight` count in the loss and in weightedMetrics; held-out samples have no `classWeight`. */
export interface FitOptions extends WeightOptions {
  /** last epoch; counted from the start of training, so a resumed run gives the same number. Default 1 */
  readonly epochs?: number;
  /** epochs that an earlier fit() has run: this one counts, and shuffles, on from there. Default 0 */
  readonly initialEpoch?: number;
  /** samples per update; a generator decides that itself. Default 32 */
  readonly batchSize?: number;
  /** batches per epoch that are taken from a generator. Default for an array of batches: all of them */
  readonly stepsPerEpoch?: number;
  /** the LAST fraction of the samples, before shuffling, is held out and evaluated after every epoch */
  readonly validationSplit?: number;
  /**
   * samples at a time in the evaluation of held-out samples, validationData and evaluationSets. Default 256, where Keras has
   * batchSize: that shows in rounding, and in losses and metrics of one's own that are no means over samples
   */
  readonly validationBatchSize?: number;
  /** evaluated after every epoch; results are named val_loss, val_accuracy, ... */
  readonly validationData?: DataSource | ArrayTuple;
  /** further sets to evaluate after every epoch, by prefix: { test: ... } gives test_loss, test_accuracy, ... */
  readonly evaluationSets?: Readonly<Record<string, DataSource | ArrayTuple>>;
  /** a new order for every epoch. Default true */
  readonly shuffle?: boolean;
  readonly callbacks?: readonly Callback[];
  /** what is printed: 0 nothing, 1 or "auto" each epoch with its progress, 2 a line for each epoch. Default 0 */
  readonly verbose?: Verbose;
  /**
   * continue from here: to the same bits as without the interruption, with the snapshot's seed and rate whatever compile()
   * was told. A snapshot that does not fit model, optimizer and batches is refused before anything changes
   */
  readonly resume?: TrainingSnapshot;
  /**
   * "mixed" stores activations and their gradients in f16; weights, sums, losses and the optimizer stay f32, and the loss is
   * scaled. Needs the adapter feature shader-f16. Evaluation is in float32. Default "float32"
   */
  readonly precision?: Precision;
  /** of precision "mixed". A fit that gives it starts scaling anew, another goes on with the scale of the fit before */
  readonly lossScale?: LossScaleOptions;
  /** run every step anew instead of replaying a recording: slower, same bits */
  readonly eager?: boolean;
  /** when it aborts, training stops between two steps and fit() rejects with InterruptedError */
  readonly signal?: AbortSignal;
  /**
   * A batch that exceeds the adapter's limits is computed in parts, whose gradients add up to those of the whole batch. Where a
   * layer needs the whole batch, as batch normalisation does, fit() refuses that with a MemoryError unless this is
   * "independent": then each part is normalised with its own mean and variance, as smaller batches would be, and the moving
   * statistics take one step with the parts' mean.
   */
  readonly microBatches?: "independent";
  /**
   * true: activations are given up and computed again in the backward pass, which takes less memory and up to a forward pass more
   * time, and changes no bit of the result. false: never. Unless given, it is done where createEngine({ memoryLimit }) needs it
   */
  readonly recompute?: boolean;
  /**
   * Told before the first step what it needs: the sizes of the micro-batches, one if the batch is not split, and the bytes on the
   * GPU during a step, estimated by dry runs; weights, optimizer state and data are among them
   */
  readonly onPlan?: (parts: readonly number[], memory: StepMemory) => void;
  /** called after every epoch, with all its results */
  readonly onEpoch?: (epoch: number, logs: Logs) => void;
  /** called about every 100 ms */
  readonly onProgress?: (progress: Progress) => void;
}

/** Of trainOnBatch(); testOnBatch() and predictOnBatch() take some of them. */
export interface OnBatchOptions extends WeightOptions, Scales {}

const weightNames: OptionNames<WeightOptions> = { sampleWeight: true, classWeight: true };
const onBatchNames: OptionNames<OnBatchOptions> = { ...weightNames, scale: true, targetScale: true };
const fitNames: OptionNames<FitOptions> = {
  ...weightNames,
  epochs: true,
  initialEpoch: true,
  batchSize: true,
  stepsPerEpoch: true,
  validationSplit: true,
  validationBatchSize: true,
  validationData: true,
  evaluationSets: true,
  shuffle: true,
  callbacks: true,
  verbose: true,
  resume: true,
  precision: true,
  lossScale: true,
  eager: true,
  signal: true,
  microBatches: true,
  recompute: true,
  onPlan: true,
  onEpoch: true,
  onProgress: true,
};

/** Throws ArgumentError for options that do not exist and values that make no sense. */
export function checkFit(options: FitOptions): void {
  checkOptionNames("fit", options, fitNames);
  const { epochs = 1, initialEpoch = 0, validationSplit = 0, validationData } = options;
  for (const [name, value] of Object.entries({ epochs, initialEpoch }))
    checkOption("fit", name, value, () => Number.isInteger(value) && value >= 0, "a whole number");
  for (const name of ["batchSize", "validationBatchSize"] as const)
    checkBatchSize("fit", name, options[name] ?? 1);
  const share = () => validationSplit >= 0 && validationSplit < 1;
  checkOption("fit", "validationSplit", validationSplit, share, "in [0, 1)");
  if (validationSplit > 0 && validationData) {
    throw new ArgumentError("fit: give validationSplit or validationData, not both.");
  }
  checkKinds(options);
  if (options.verbose !== undefined) checkVerbose(options.verbose);
  if (options.resume !== undefined) checkSnapshot("fit: resume", options.resume);
  checkPrecision("fit", options.precision ?? "float32");
  if (options.lossScale !== undefined) checkLossScale("fit", options.lossScale);
}

function checkKinds(options: FitOptions): void {
  const { callbacks = [], evaluationSets = {}, signal, microBatches } = options;
  for (const name of ["shuffle", "eager", "recompute"] as const)
    if (options[name] !== undefined) checkFlag("fit", name, options[name]);
  for (const name of ["onPlan", "onEpoch", "onProgress"] as const)
    if (options[name] !== undefined) checkFunction("fit", name, options[name]);
  if (
    !Array.isArray(callbacks) ||
    !callbacks.every((callback) => typeof callback?.name === "string" && typeof callback === "object")
  ) {
    throw new ArgumentError(`fit: callbacks must be a list of callbacks, got ${written(callbacks)}.`);
  }
  if (typeof evaluationSets !== "object" || evaluationSets === null || Array.isArray(evaluationSets)) {
    throw new ArgumentError(
      `fit: evaluationSets must be data sets by prefix, got ${written(evaluationSets)}.`,
    );
  }
  if (microBatches !== undefined && microBatches !== "independent")
    throw new ArgumentError(
      `fit: microBatches must be "independent" or left out, got ${written(microBatches)}.`,
    );
  if (signal !== undefined && typeof signal?.aborted !== "boolean")
    throw new ArgumentError(`fit: signal must be an AbortSignal, got ${written(signal)}.`);
}

/** Throws ArgumentError for options that evaluate() does not have. */
export function checkEvaluate(options: EvaluateOptions): void {
  checkOptionNames("evaluate", options, { batchSize: true, sampleWeight: true });
  const { batchSize = 1 } = options;
  checkBatchSize("evaluate", "batchSize", batchSize);
}

/** Throws ArgumentError for options that predict() does not have. */
export function checkPredict(options: PredictOptions): void {
  checkOptionNames("predict", options, { batchSize: true });
  const { batchSize = 1 } = options;
  checkBatchSize("predict", "batchSize", batchSize);
}

/** Throws ArgumentError for options that trainOnBatch() and testOnBatch() do not have. */
export function checkOnBatch(what: "trainOnBatch" | "testOnBatch", options: OnBatchOptions): void {
  const { classWeight: _, ...tested } = onBatchNames;
  checkNames(what, options, Object.keys(what === "trainOnBatch" ? onBatchNames : tested));
}

/** Arguments and options of trainOnBatch() and testOnBatch() as what fit() and evaluate() take. */
export function batchData(
  inputs: ValuesByName,
  targets: ValuesByName | undefined,
  { scale, targetScale, sampleWeight }: OnBatchOptions,
): HostData {
  return {
    inputs,
    ...(targets !== undefined && { targets }),
    ...(scale !== undefined && { scale }),
    ...(targetScale !== undefined && { targetScale }),
    ...(sampleWeight !== undefined && { sampleWeight }),
  };
}

function checkBatchSize(what: string, name: string, size: number): void {
  checkOption(what, name, size, () => Number.isInteger(size) && size >= 1, "a positive integer");
}

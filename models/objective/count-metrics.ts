/** @file Metrics of counts over all samples of an epoch, by Keras's definitions: AUC, precision and recall. */
import { ArgumentError } from "../../engine/errors.ts";
import { checkChoice, checkOption, checkOptionNames, written } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { addThresholdCounts, type Thresholds, thresholdCells } from "../../kernels/metrics/index.ts";
import { checkNamedOptions, nameWithOptions, type OptionValues } from "./named-options.ts";

/** A metric that no mean over batches gives: the GPU counts, and the value follows from the counts of all batches. */
export interface CountMetric {
  /** numbers that it counts */
  readonly cells: number;
  /** adds a batch to the cells from `first` on */
  count(counts: Tensor, first: number, outputs: Tensor, targets: Tensor): void;
  /** from the sums of its cells */
  value(counts: readonly number[]): number;
}

export interface AUCOptions {
  /** thresholds from 0 to 1, ends included. Default 200 */
  readonly numThresholds?: number;
  /** under which curve: "ROC" (true against false positive rate) or "PR" (precision against recall). Default ROC */
  readonly curve?: "ROC" | "PR";
}

export interface ThresholdOptions {
  /** predictions above it are positive. Default 0.5 */
  readonly thresholds?: number;
  /** the only class that counts; all values of the outputs unless given */
  readonly classId?: number;
}

/** Keras's AUC: the area under a curve through `numThresholds` points, by trapezoids. The name to give to compile(). */
export function AUC(options: AUCOptions = {}): `auc${string}` {
  checkOptionNames("AUC", options, { numThresholds: true, curve: true });
  auc({ ...options });
  return nameWithOptions("auc", { ...options }) as `auc${string}`;
}

/** Keras's Precision: the share of what is predicted positive that is. The name to give to compile(). */
export function Precision(options: ThresholdOptions = {}): `precision${string}` {
  checkOptionNames("Precision", options, { thresholds: true, classId: true });
  precision({ ...options });
  return nameWithOptions("precision", { ...options }) as `precision${string}`;
}

/** Keras's Recall: the share of what is positive that is predicted so. The name to give to compile(). */
export function Recall(options: ThresholdOptions = {}): `recall${string}` {
  checkOptionNames("Recall", options, { thresholds: true, classId: true });
  recall({ ...options });
  return nameWithOptions("recall", { ...options }) as `recall${string}`;
}

const metrics: Readonly<Record<string, (values: OptionValues) => CountMetric>> = { auc, precision, recall };

export const countMetricNames: readonly string[] = Object.keys(metrics);

/** The metric of that name, if it is one. Throws ArgumentError for options that it does not have. */
export function countMetricNamed(name: string, options: OptionValues): CountMetric | undefined {
  return Object.hasOwn(metrics, name) ? metrics[name]!(options) : undefined;
}

function auc(options: OptionValues): CountMetric {
  checkNamedOptions("auc", options, ["numThresholds", "curve"]);
  const { numThresholds: bins = 200, curve = "ROC" } = options;
  const sound = () => Number.isInteger(bins) && Number(bins) >= 2 && Number(bins) <= 65536;
  checkOption("AUC", "numThresholds", bins as number, sound, "a whole number from 2 to 65536");
  checkChoice("AUC", "curve", curve, ["ROC", "PR"]);
  const area = curve === "PR" ? areaUnderPrecision : areaUnderRoc;
  return counting({ bins: Number(bins) }, undefined, area);
}

function precision(options: OptionValues): CountMetric {
  return atThreshold("precision", options, ([, falsePositive], [, truePositive]) =>
    share(truePositive!, truePositive! + falsePositive!),
  );
}

function recall(options: OptionValues): CountMetric {
  return atThreshold("recall", options, (_, [falseNegative, truePositive]) =>
    share(truePositive!, truePositive! + falseNegative!),
  );
}

/** The value from the counts of false and of true targets by bin. */
type Value = (no: readonly number[], yes: readonly number[]) => number;

function atThreshold(name: string, options: OptionValues, value: Value): CountMetric {
  checkNamedOptions(name, options, ["thresholds", "classId"]);
  const { thresholds: threshold = 0.5, classId } = options;
  checkOption(name, "thresholds", threshold as number, () => true, "a number");
  if (classId !== undefined && !(Number.isInteger(classId) && Number(classId) >= 0))
    throw new ArgumentError(`${name}: classId must be the index of a class, got ${written(classId)}.`);
  return counting({ threshold: Number(threshold) }, classId as number | undefined, value);
}

function counting(thresholds: Thresholds, classId: number | undefined, value: Value): CountMetric {
  const cells = thresholdCells(thresholds);
  const bins = (cells - 1) / 2;
  return {
    cells,
    count: (counts, first, outputs, targets) =>
      addThresholdCounts(counts, outputs, targets, { thresholds, first, classId }),
    value: (counts) =>
      counts[2 * bins]! > 0 ? Number.NaN : value(counts.slice(0, bins), counts.slice(bins, 2 * bins)),
  };
}

/** part / whole; 0 of nothing, as in Keras. */
function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** [k]: how many are above threshold k. */
function above(bins: readonly number[]): number[] {
  let sum = 0;
  return bins.map((_, i) => (sum += bins[bins.length - 1 - i]!)).reverse();
}

function areaUnderRoc(no: readonly number[], yes: readonly number[]): number {
  const [negatives, positives] = [above(no), above(yes)];
  const x = negatives.map((count) => share(count, negatives[0]!));
  const y = positives.map((count) => share(count, positives[0]!));
  let area = 0;
  for (let i = 1; i < x.length; i++) area += ((x[i - 1]! - x[i]!) * (y[i - 1]! + y[i]!)) / 2;
  return area;
}

/** Between two thresholds true positives grow in proportion to all positives (Davis and Goadrich 2006), as in Keras. */
function areaUnderPrecision(no: readonly number[], yes: readonly number[]): number {
  const truePositives = above(yes);
  const positives = above(no).map((count, i) => count + truePositives[i]!);
  let area = 0;
  for (let i = 1; i < positives.length; i++) {
    const [more, fewer] = [positives[i - 1]!, positives[i]!];
    const gained = truePositives[i - 1]! - truePositives[i]!;
    const slope = share(gained, more - fewer);
    const intercept = truePositives[i]! - slope * fewer;
    const ratio = more > 0 && fewer > 0 ? more / fewer : 1;
    area += share(slope * (gained + intercept * Math.log(ratio)), truePositives[0]!);
  }
  return area;
}

/** @file Metrics of counts over all samples of an epoch, by Keras's definitions: AUC, precision and recall. */
import { ArgumentError } from "../../engine/errors.ts";
import { checkChoice, checkOption, checkOptionNames, written } from "../../engine/options.ts";
import { type Above, type Curve, curves, type Summation, share, summations } from "./area.ts";
import { checkNamedOptions, nameWithOptions, type OptionValues } from "./named-options.ts";

/** A metric that no mean over batches gives: predictions are counted by threshold, and its values follow from all batches. */
export interface CountMetric {
  /** what predictions are compared with: edges in ascending order, or bins spread evenly from 0 to 1 */
  readonly thresholds: { readonly edges: readonly number[] } | { readonly bins: number };
  /** the only class that counts; all values of the outputs unless given */
  readonly classId: number | undefined;
  /** numbers that it counts: bins of false targets, bins of true ones, predictions that are NaN */
  readonly cells: number;
  /** what follows the metric's name in the names of its results: "" if there is one */
  readonly suffixes: readonly string[];
  /** one for each suffix, from the sums of its cells */
  values(cells: readonly number[]): readonly number[];
}

/** Options of AUC(), by Keras's names. */
export interface AUCOptions {
  /** thresholds from 0 to 1, ends included. Default 200 */
  readonly numThresholds?: number;
  /** instead: the thresholds between the ends, from 0 to 1 */
  readonly thresholds?: readonly number[];
  /** under which curve: "ROC" (true against false positive rate) or "PR" (precision against recall). Default ROC */
  readonly curve?: Curve;
  /**
   * "interpolation": trapezoids; for PR between two thresholds true positives grow in proportion to all positives (Davis and
   * Goadrich 2006). "minoring" and "majoring": rectangles below and above the curve. Default interpolation
   */
  readonly summationMethod?: Summation;
}

/** Options of Precision() and Recall(), by Keras's names. */
export interface ThresholdOptions {
  /**
   * predictions above it are positive, from 0 to 1. Default 0.5. Of a list there is a result for each of its numbers, with it in
   * its name: precision_at_0.3
   */
  readonly thresholds?: number | readonly number[];
  /** the only class that counts; all values of the outputs unless given */
  readonly classId?: number;
}

/** Keras's AUC: the area under a curve through `numThresholds` points. The name to give to compile(). Throws ArgumentError. */
export function AUC(options: AUCOptions = {}): `auc${string}` {
  checkOptionNames("AUC", options, aucOptions);
  auc({ ...options });
  return nameWithOptions("auc", { ...options }) as `auc${string}`;
}

/** Keras's Precision: the share of what is predicted positive that is. The name to give to compile(). Throws ArgumentError. */
export function Precision(options: ThresholdOptions = {}): `precision${string}` {
  checkOptionNames("Precision", options, { thresholds: true, classId: true });
  precision({ ...options });
  return nameWithOptions("precision", { ...options }) as `precision${string}`;
}

/** Keras's Recall: the share of what is positive that is predicted so. The name to give to compile(). Throws ArgumentError. */
export function Recall(options: ThresholdOptions = {}): `recall${string}` {
  checkOptionNames("Recall", options, { thresholds: true, classId: true });
  recall({ ...options });
  return nameWithOptions("recall", { ...options }) as `recall${string}`;
}

const aucOptions = { numThresholds: true, thresholds: true, curve: true, summationMethod: true } as const;

const metrics: Readonly<Record<string, (values: OptionValues) => CountMetric>> = { auc, precision, recall };

export const countMetricNames: readonly string[] = Object.keys(metrics);

/** The metric of that name, if it is one. Throws ArgumentError for options that it does not have. */
export function countMetricNamed(name: string, options: OptionValues): CountMetric | undefined {
  return Object.hasOwn(metrics, name) ? metrics[name]!(options) : undefined;
}

/** of float32 */
const largest = 3.4028234663852886e38;

/** Keras takes every prediction from 0 on for above the first threshold, and none for above the last. */
const beyond = 1e-7;

function auc(options: OptionValues): CountMetric {
  checkNamedOptions("auc", options, Object.keys(aucOptions));
  const { numThresholds, thresholds, curve = "ROC", summationMethod = "interpolation" } = options;
  const bins = Number(numThresholds ?? 200);
  const sound = () => Number.isInteger(bins) && bins >= 2 && bins <= 65536;
  checkOption(
    "AUC",
    "numThresholds",
    (numThresholds ?? 200) as number,
    sound,
    "a whole number from 2 to 65536",
  );
  checkChoice("AUC", "curve", curve, Object.keys(curves));
  checkChoice("AUC", "summationMethod", summationMethod, Object.keys(summations));
  if (numThresholds !== undefined && thresholds !== undefined)
    throw new ArgumentError(
      "AUC: numThresholds and thresholds are both given; the one counts what the other lists.",
    );
  const area = curves[curve as Curve][summationMethod as Summation];
  const inner =
    thresholds === undefined ? undefined : listOf("AUC", thresholds, 0, 1).toSorted((a, b) => a - b);
  const chosen = inner ? thresholdsBetween(inner) : { bins };
  return counting(chosen, undefined, [""], (above) => [area(above)]);
}

/** The thresholds and the ends; Keras takes those that are spread evenly, but for rounding, for exactly even. */
function thresholdsBetween(inner: readonly number[]): CountMetric["thresholds"] {
  const last = inner.length + 1;
  const even = inner.every(
    (threshold, i) => Math.abs(threshold - (i + 1) / last) <= 1e-7 + (1e-5 * (i + 1)) / last,
  );
  return even ? { bins: last + 1 } : { edges: [-beyond, ...inner, 1 + beyond] };
}

function precision(options: OptionValues): CountMetric {
  return atThresholds("precision", options, ({ negatives, positives }, k) =>
    share(positives[k]!, positives[k]! + negatives[k]!),
  );
}

function recall(options: OptionValues): CountMetric {
  return atThresholds("recall", options, ({ positives, allPositives }, k) =>
    share(positives[k]!, allPositives),
  );
}

function atThresholds(
  name: string,
  options: OptionValues,
  value: (above: Above, threshold: number) => number,
): CountMetric {
  checkNamedOptions(name, options, ["thresholds", "classId"]);
  const { thresholds = 0.5, classId } = options;
  if (classId !== undefined && !(Number.isInteger(classId) && Number(classId) >= 0))
    throw new ArgumentError(`${name}: classId must be the index of a class, got ${written(classId)}.`);
  const list = listOf(name, thresholds, -largest, largest);
  const edges = [...new Set(list)].sort((a, b) => a - b);
  const suffixes = Array.isArray(thresholds) ? list.map((threshold) => `_at_${threshold}`) : [""];
  return counting({ edges }, classId as number | undefined, suffixes, (above) =>
    list.map((threshold) => value(above, edges.indexOf(threshold))),
  );
}

/** One threshold or several. Throws ArgumentError unless they are numbers from `low` to `high`. */
function listOf(
  name: string,
  thresholds: OptionValues[string],
  low: number,
  high: number,
): readonly number[] {
  const list: readonly unknown[] = Array.isArray(thresholds) ? thresholds : [thresholds];
  if (list.length === 0) throw new ArgumentError(`${name}: thresholds are an empty list.`);
  const sound = (value: unknown) => Number(value) >= low && Number(value) <= high;
  const allowed = high === largest ? "a number" : `from ${low} to ${high}`;
  for (const value of list) checkOption(name, "thresholds", value as number, () => sound(value), allowed);
  return list as readonly number[];
}

function counting(
  thresholds: CountMetric["thresholds"],
  classId: number | undefined,
  suffixes: readonly string[],
  values: (above: Above) => readonly number[],
): CountMetric {
  const bins = "bins" in thresholds ? thresholds.bins : thresholds.edges.length + 1;
  const first = "bins" in thresholds ? 0 : 1; // what is below the first edge is above none
  return {
    thresholds,
    classId,
    suffixes,
    cells: 2 * bins + 1,
    values: (cells) => {
      if (cells[2 * bins]! > 0) return suffixes.map(() => Number.NaN);
      const [no, yes] = [cells.slice(0, bins), cells.slice(bins, 2 * bins)].map(sumsFrom);
      return values({
        negatives: no!.slice(first),
        positives: yes!.slice(first),
        allNegatives: no![0]!,
        allPositives: yes![0]!,
      });
    },
  };
}

/** [k]: the sum of bin k and all above it. */
function sumsFrom(bins: readonly number[]): number[] {
  let sum = 0;
  return bins.map((_, i) => (sum += bins[bins.length - 1 - i]!)).reverse();
}

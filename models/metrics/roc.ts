/** @file ROC curves and the area under them, by the rules of scikit-learn: float64 on the CPU. */
import { ArgumentError } from "../../engine/errors.ts";
import { checkOption, checkOptionNames, written } from "../../engine/options.ts";

/** One point per threshold, from (0, 0) to (1, 1): the samples with a score of at least it count as positive. */
export interface RocCurve {
  /** share of the negatives that count as positive, rising; NaN if there are no negatives */
  readonly falsePositiveRate: Float64Array;
  /** share of the positives that count as positive, rising; NaN if there are no positives */
  readonly truePositiveRate: Float64Array;
  /** falling; infinite at first, where no sample counts as positive */
  readonly thresholds: Float64Array;
  /** area under the curve, by trapezoids */
  readonly auc: number;
}

/** Options of the ROC curves. */
export interface RocOptions {
  /** leave out points on a straight line between their neighbours. Default true */
  readonly dropIntermediate?: boolean;
}

/** An average of the curves of several classes: no thresholds of its own. */
export type AverageRocCurve = Omit<RocCurve, "thresholds">;

/** A ROC curve for every class against the others, and their means. */
export interface ClassRocCurves {
  /** each class against all others; index = label */
  readonly perClass: readonly RocCurve[];
  /** all scores as one binary question: "is this the sample's class?" */
  readonly micro: RocCurve;
  /** mean of the classes' curves at every false positive rate that one of them has; without classes that have no curve */
  readonly macro: AverageRocCurve;
}

/**
 * `sklearn.metrics.roc_curve`: samples with equal scores are one point.
 * @param truths true or non-zero for positive samples, [n]
 * @param scores larger for what is more likely positive, [n]
 * @throws ArgumentError if the lengths differ, there are no samples or a score is NaN
 */
export function rocCurve(
  truths: ArrayLike<number | boolean>,
  scores: ArrayLike<number>,
  options: RocOptions = {},
): RocCurve {
  checkOptionNames("roc", options, { dropIntermediate: true });
  const { dropIntermediate = true } = options;
  checkList("truths", truths);
  checkScores(truths.length, scores, truths.length);
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i);
  order.sort((a, b) => scores[b]! - scores[a]! || a - b);
  const points: Point[] = [{ negatives: 0, positives: 0, threshold: Number.POSITIVE_INFINITY }];
  let [negatives, positives] = [0, 0];
  for (const [rank, sample] of order.entries()) {
    if (truths[sample]) positives++;
    else negatives++;
    const threshold = scores[sample]!;
    const next = order[rank + 1];
    if (next === undefined || scores[next] !== threshold) points.push({ negatives, positives, threshold });
  }
  const kept = dropIntermediate ? corners(points) : points;
  const falsePositiveRate = Float64Array.from(kept, (point) => point.negatives / negatives);
  const truePositiveRate = Float64Array.from(kept, (point) => point.positives / positives);
  const thresholds = Float64Array.from(kept, (point) => point.threshold);
  const auc = areaUnderCurve(falsePositiveRate, truePositiveRate);
  return { falsePositiveRate, truePositiveRate, thresholds, auc };
}

/**
 * ROC curves of a classifier.
 * @param labels class of each sample, [n]
 * @param scores outputs of the network, [n, classes] row-major
 * @throws ArgumentError if lengths do not fit or a label is not an integer in 0..classes-1
 */
export function classRocCurves(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  classes: number,
  options: RocOptions = {},
): ClassRocCurves {
  checkList("labels", labels);
  checkOption(
    "roc",
    "classes",
    classes,
    () => Number.isInteger(classes) && classes >= 1,
    "a positive integer",
  );
  checkScores(labels.length, scores, labels.length * classes);
  const truths = new Uint8Array(scores.length);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new ArgumentError(`roc: label ${label} of sample ${i} is no integer in 0..${classes - 1}.`);
    }
    truths[i * classes + label] = 1;
  }
  const column = (values: ArrayLike<number>, k: number) =>
    Float64Array.from(labels, (_, i) => values[i * classes + k]!);
  const perClass = Array.from({ length: classes }, (_, k) =>
    rocCurve(column(truths, k), column(scores, k), options),
  );
  return { perClass, micro: rocCurve(truths, scores, options), macro: macroAverage(perClass) };
}

/** Area under the line through (x, y) by trapezoids; x must not fall. `sklearn.metrics.auc` */
export function areaUnderCurve(x: ArrayLike<number>, y: ArrayLike<number>): number {
  checkList("x", x);
  checkList("y", y);
  if (x.length !== y.length) throw new ArgumentError(`roc: ${x.length} values of x, ${y.length} of y.`);
  let area = 0;
  for (let i = 1; i < x.length; i++) area += ((x[i]! - x[i - 1]!) * (y[i]! + y[i - 1]!)) / 2;
  return area;
}

interface Point {
  /** samples with a score of at least the threshold */
  readonly negatives: number;
  readonly positives: number;
  readonly threshold: number;
}

/** The points where the steps of the curve change, and both ends. */
function corners(points: readonly Point[]): Point[] {
  return points.filter((point, i) => {
    const [before, after] = [points[i - 1], points[i + 1]];
    if (i <= 1 || !before || !after) return true;
    const sameRun = after.negatives - point.negatives === point.negatives - before.negatives;
    return !(sameRun && after.positives - point.positives === point.positives - before.positives);
  });
}

function macroAverage(curves: readonly RocCurve[]): AverageRocCurve {
  const defined = curves.filter(({ auc }) => !Number.isNaN(auc));
  const rates = new Set(defined.flatMap(({ falsePositiveRate }) => [...falsePositiveRate]));
  const falsePositiveRate = Float64Array.from(rates).sort();
  const truePositiveRate = new Float64Array(falsePositiveRate.length);
  for (const curve of defined) {
    let at = 0; // the last point of the curve that is not right of x
    for (const [i, x] of falsePositiveRate.entries()) {
      while (at + 1 < curve.falsePositiveRate.length && curve.falsePositiveRate[at + 1]! <= x) at++;
      truePositiveRate[i]! += interpolate(curve, at, x) / defined.length;
    }
  }
  const auc = defined.length === 0 ? Number.NaN : areaUnderCurve(falsePositiveRate, truePositiveRate);
  return { falsePositiveRate, truePositiveRate, auc };
}

/** Height of the curve at x, which is between its points `at` and `at + 1`, or at the former. */
function interpolate(curve: RocCurve, at: number, x: number): number {
  const { falsePositiveRate: from, truePositiveRate: to } = curve;
  if (from[at] === x) return to[at]!;
  return to[at]! + ((to[at + 1]! - to[at]!) * (x - from[at]!)) / (from[at + 1]! - from[at]!);
}

/** Numbers, or for truths booleans. */
function checkList(what: string, values: unknown): void {
  const isValue = (value: unknown) => typeof value === "number" || typeof value === "boolean";
  const list = Array.isArray(values) || ArrayBuffer.isView(values);
  if (list && Array.from(values as ArrayLike<unknown>).every(isValue)) return;
  throw new ArgumentError(`roc: ${what} must be a list or a typed array, got ${written(values)}.`);
}

function checkScores(samples: number, scores: ArrayLike<number>, expected: number): void {
  checkList("scores", scores);
  if (samples === 0 || scores.length !== expected) {
    throw new ArgumentError(`roc: ${samples} samples and ${scores.length} scores; expected ${expected}.`);
  }
  for (let i = 0; i < scores.length; i++) {
    if (typeof scores[i] !== "number" || Number.isNaN(scores[i]))
      throw new ArgumentError(`roc: score ${i} is ${written(scores[i])}.`);
  }
}

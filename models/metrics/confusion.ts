/** @file Confusion matrix from labels and predictions, and its most confused pairs. */
import { ArgumentError } from "../../engine/errors.ts";
import { checkValues } from "../../engine/host-values.ts";
import { checkOption, written } from "../../engine/options.ts";

/** The matrix has their square. */
const mostClasses = 8192;

/** Counts of samples by true and predicted class. */
export interface ConfusionMatrix {
  /** class names, index = label */
  readonly classes: readonly string[];
  /** [true class][predicted class], number of samples */
  readonly counts: readonly (readonly number[])[];
}

/** Samples of class `label` that were taken for `predicted`. */
export interface Confusion {
  readonly label: number;
  readonly predicted: number;
  readonly count: number;
}

/** Two classes taken for each other, `first < second`. */
export interface ConfusedPair {
  readonly first: number;
  readonly second: number;
  /** samples of `first` predicted as `second` */
  readonly firstAsSecond: number;
  readonly secondAsFirst: number;
  /** both directions */
  readonly count: number;
}

/**
 * Counts of [true class][predicted class].
 * @throws ArgumentError if the lengths differ or a label is not an integer in 0..classes-1
 */
export function confusionCounts(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): number[][] {
  checkValues("confusionCounts: labels", labels);
  checkValues("confusionCounts: predictions", predicted);
  const sound = () => Number.isInteger(classes) && classes >= 1 && classes <= mostClasses;
  checkOption("confusionCounts", "classes", classes, sound, `a number of classes up to ${mostClasses}`);
  if (labels.length !== predicted.length) {
    throw new ArgumentError(
      `confusionCounts: ${labels.length} labels but ${predicted.length} predictions; expected one prediction per label.`,
    );
  }
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < labels.length; i++) {
    const [label, column] = [labels[i]!, predicted[i]!];
    const row = Number.isInteger(label) && Number.isInteger(column) ? counts[label] : undefined;
    if (row?.[column] === undefined) {
      throw new ArgumentError(
        `confusionCounts: sample ${i} has label ${written(label)} and prediction ${written(column)}; expected integers in 0..${classes - 1}.`,
      );
    }
    row[column]! += 1;
  }
  return counts;
}

/** Throws ArgumentError unless counts are a square of whole numbers from 0 on. */
export function checkCounts(op: string, counts: ConfusionMatrix["counts"]): void {
  const isRow = (row: unknown) =>
    Array.isArray(row) &&
    row.length === counts.length &&
    row.every((count) => Number.isInteger(count) && count >= 0);
  if (Array.isArray(counts) && counts.length > 0 && counts.every(isRow)) return;
  throw new ArgumentError(`${op}: counts must be [true class][predicted class], got ${written(counts)}.`);
}

/** The `limit` pairs of classes with the most samples taken for each other, most first; only pairs that occur. */
export function mostConfusedPairs(counts: ConfusionMatrix["counts"], limit: number): ConfusedPair[] {
  checkCounts("mostConfusedPairs", counts);
  checkOption("mostConfusedPairs", "limit", limit, () => limit >= 0, "0 or more");
  const pairs: ConfusedPair[] = [];
  for (let first = 0; first < counts.length; first++) {
    for (let second = first + 1; second < counts.length; second++) {
      const firstAsSecond = counts[first]![second]!;
      const secondAsFirst = counts[second]![first]!;
      pairs.push({ first, second, firstAsSecond, secondAsFirst, count: firstAsSecond + secondAsFirst });
    }
  }
  return pairs
    .filter((pair) => pair.count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, limit);
}

/** The single most frequent mistake, the first in row order on a tie; undefined if there is none. */
export function largestConfusion(counts: ConfusionMatrix["counts"]): Confusion | undefined {
  checkCounts("largestConfusion", counts);
  let largest: Confusion | undefined;
  counts.forEach((row, label) => {
    row.forEach((count, predicted) => {
      if (label !== predicted && count > (largest?.count ?? 0)) largest = { label, predicted, count };
    });
  });
  return largest;
}

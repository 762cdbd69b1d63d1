/** @file Confusion matrix and what follows from it: precision, recall, F1 and the most confused pairs. */

import { ArgumentError } from "../../engine/errors.ts";

export interface ConfusionMatrix {
  /** class names, index = label */
  readonly classes: readonly string[];
  /** [true class][predicted class], number of samples */
  readonly counts: readonly (readonly number[])[];
}

/** Scores of one class or an average; 0/0 counts as 0, as in scikit-learn. */
export interface Scores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** samples whose true class it is */
  readonly support: number;
}

export interface ClassificationReport {
  /** index = label */
  readonly perClass: readonly Scores[];
  readonly accuracy: number;
  /** from the summed counts; with one label per sample all three equal the accuracy */
  readonly micro: Scores;
  /** plain mean over the classes */
  readonly macro: Scores;
  /** mean weighted by support */
  readonly weighted: Scores;
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
  if (labels.length !== predicted.length) {
    throw new ArgumentError(
      `confusionCounts: ${labels.length} labels but ${predicted.length} predictions; expected one prediction per label.`,
    );
  }
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < labels.length; i++) {
    const row = counts[labels[i]!];
    const column = predicted[i]!;
    if (row?.[column] === undefined) {
      throw new ArgumentError(
        `confusionCounts: sample ${i} has label ${labels[i]} and prediction ${column}; expected integers in 0..${classes - 1}.`,
      );
    }
    row[column]! += 1;
  }
  return counts;
}

/** Precision, recall, F1 and support per class, and their averages, by scikit-learn's definitions. */
export function classificationReport(counts: ConfusionMatrix["counts"]): ClassificationReport {
  const support = counts.map((row) => sum(row));
  const predictions = counts.map((_, column) => sum(counts.map((row) => row[column]!)));
  const perClass = counts.map((row, k) => scores(row[k]!, predictions[k]!, support[k]!));
  const total = sum(support);
  const correct = sum(counts.map((row, k) => row[k]!));
  const equal = counts.map(() => 1);
  return {
    perClass,
    accuracy: ratio(correct, total),
    micro: scores(correct, total, total),
    macro: average(perClass, equal, total),
    weighted: average(perClass, support, total),
  };
}

/** The `limit` pairs of classes with the most samples taken for each other, most first; only pairs that occur. */
export function mostConfusedPairs(counts: ConfusionMatrix["counts"], limit: number): ConfusedPair[] {
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
  let largest: Confusion | undefined;
  counts.forEach((row, label) => {
    row.forEach((count, predicted) => {
      if (label !== predicted && count > (largest?.count ?? 0)) largest = { label, predicted, count };
    });
  });
  return largest;
}

function scores(correct: number, predicted: number, support: number): Scores {
  return {
    precision: ratio(correct, predicted),
    recall: ratio(correct, support),
    f1: ratio(2 * correct, predicted + support),
    support,
  };
}

function average(rows: readonly Scores[], weights: readonly number[], support: number): Scores {
  const mean = (pick: (row: Scores) => number) =>
    ratio(sum(rows.map((row, k) => pick(row) * weights[k]!)), sum(weights));
  return {
    precision: mean((row) => row.precision),
    recall: mean((row) => row.recall),
    f1: mean((row) => row.f1),
    support,
  };
}

function ratio(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 : numerator / denominator;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

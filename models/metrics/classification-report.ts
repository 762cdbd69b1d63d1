/** @file Precision, recall and F1 per class with their averages, and as text in the layout of scikit-learn. */
import { ArgumentError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import { toFixedHalfEven } from "../decimals.ts";
import { type ConfusionMatrix, checkCounts } from "./confusion.ts";

/** Scores of one class or an average; 0/0 counts as 0, as in scikit-learn. */
export interface Scores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** samples whose true class it is */
  readonly support: number;
}

/** Precision, recall, f1 and support of every class, and their means, as scikit-learn's classification_report. */
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

/** Precision, recall, F1 and support per class, and their averages, by scikit-learn's definitions. */
export function classificationReport(counts: ConfusionMatrix["counts"]): ClassificationReport {
  checkCounts("classificationReport", counts);
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

/**
 * `classification_report(labels, predictions, labels=range(n), target_names=classes)` of scikit-learn 1.9, character by
 * character. Version 1.2 computes F1 from rounded precision and recall, which may turn a half the other way, and writes
 * `micro avg` for `accuracy` where a class does not occur. Samples count as 1 each: `sample_weight`, which makes floats of
 * the supports, has no counterpart here; without a single hit they are floats all the same.
 */
export function formatClassificationReport(matrix: ConfusionMatrix): string {
  const { classes, counts } = matrix ?? {};
  if (
    !Array.isArray(classes) ||
    classes.length !== counts?.length ||
    !classes.every((name) => typeof name === "string")
  ) {
    throw new ArgumentError(
      `formatClassificationReport: needs a name for each class, got ${written(classes)}.`,
    );
  }
  const report = classificationReport(counts);
  const width = classes.reduce((most, name) => Math.max(most, lengthOf(name)), "weighted avg".length);
  const line = (name: string, cells: readonly string[]) =>
    `${" ".repeat(width - lengthOf(name))}${name} ${cells.map((cell) => ` ${cell.padStart(9)}`).join("")}\n`;
  const support = (samples: number) => (report.accuracy > 0 ? `${samples}` : `${samples}.0`);
  const scoreLine = (name: string, scores: Scores) =>
    line(name, [
      toTwoDecimals(scores.precision),
      toTwoDecimals(scores.recall),
      toTwoDecimals(scores.f1),
      support(scores.support),
    ]);
  return [
    line("", ["precision", "recall", "f1-score", "support"]),
    "\n",
    ...report.perClass.map((scores, k) => scoreLine(classes[k]!, scores)),
    "\n",
    line("accuracy", ["", "", toTwoDecimals(report.accuracy), support(report.micro.support)]),
    scoreLine("macro avg", report.macro),
    scoreLine("weighted avg", report.weighted),
  ].join("");
}

/** In characters, as Python counts: one outside of the basic plane is two units of a string here. */
function lengthOf(text: string): number {
  return [...text].length;
}

function toTwoDecimals(value: number): string {
  return toFixedHalfEven(value, 2);
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
    ratio(pairwiseSum(rows.map((row, k) => pick(row) * weights[k]!)), sum(weights));
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

/** NumPy's order of a float64 sum, so that means have its bits: eight at a time up to 128 values, halves beyond. */
function pairwiseSum(values: readonly number[]): number {
  const { length } = values;
  if (length < 8) return sum(values);
  if (length > 128) {
    const half = Math.floor(length / 2);
    const first = half - (half % 8);
    return pairwiseSum(values.slice(0, first)) + pairwiseSum(values.slice(first));
  }
  const lanes = values.slice(0, 8);
  const whole = length - (length % 8);
  for (let i = 8; i < whole; i++) lanes[i % 8]! += values[i]!;
  const [a, b, c, d, e, f, g, h] = lanes as [number, number, number, number, number, number, number, number];
  const total = a + b + (c + d) + (e + f + (g + h));
  return values.slice(whole).reduce((result, value) => result + value, total);
}

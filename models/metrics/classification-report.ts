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

/** `sklearn.metrics.classification_report(..., digits=2)` of the same counts, character by character. */
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
  const width = Math.max(...classes.map((name) => name.length), "weighted avg".length);
  const line = (name: string, cells: readonly string[]) =>
    `${name.padStart(width)} ${cells.map((cell) => ` ${cell.padStart(9)}`).join("")}\n`;
  const scoreLine = (name: string, scores: Scores) =>
    line(name, [
      toTwoDecimals(scores.precision),
      toTwoDecimals(scores.recall),
      toTwoDecimals(scores.f1),
      String(scores.support),
    ]);
  return [
    line("", ["precision", "recall", "f1-score", "support"]),
    "\n",
    ...report.perClass.map((scores, k) => scoreLine(classes[k]!, scores)),
    "\n",
    line("accuracy", ["", "", toTwoDecimals(report.accuracy), String(report.micro.support)]),
    scoreLine("macro avg", report.macro),
    scoreLine("weighted avg", report.weighted),
  ].join("");
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

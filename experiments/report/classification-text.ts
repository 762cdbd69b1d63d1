/** @file The classification report as text, in the layout that scikit-learn prints. */

import { type ConfusionMatrix, classificationReport, type Scores } from "./confusion.ts";

/** `sklearn.metrics.classification_report(..., digits=2)` of the same counts, character by character. */
export function formatClassificationReport({ classes, counts }: ConfusionMatrix): string {
  const report = classificationReport(counts);
  const width = Math.max(...classes.map((name) => name.length), "weighted avg".length);
  const line = (name: string, cells: readonly string[]) =>
    `${name.padStart(width)} ${cells.map((cell) => ` ${cell.padStart(9)}`).join("")}\n`;
  const scoreLine = (name: string, scores: Scores) =>
    line(name, [
      twoDecimals(scores.precision),
      twoDecimals(scores.recall),
      twoDecimals(scores.f1),
      String(scores.support),
    ]);
  return [
    line("", ["precision", "recall", "f1-score", "support"]),
    "\n",
    ...report.perClass.map((scores, k) => scoreLine(classes[k]!, scores)),
    "\n",
    line("accuracy", ["", "", twoDecimals(report.accuracy), String(report.micro.support)]),
    scoreLine("macro avg", report.macro),
    scoreLine("weighted avg", report.weighted),
  ].join("");
}

/** Python rounds an exact tie to the even digit (0.625 to 0.62), `toFixed` away from zero. */
function twoDecimals(value: number): string {
  const eighths = value * 8;
  const tie = Number.isInteger(eighths) && eighths % 2 !== 0;
  return (tie ? (2 * Math.round(value * 50)) / 100 : value).toFixed(2);
}

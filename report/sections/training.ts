/** @file Curves of loss and error by epoch, with the numbers behind them. */

import { drawFigure } from "../draw-figure.ts";
import type { Figure } from "../figure.ts";
import type { LinesSpec } from "../figure-spec.ts";
import {
  curvePoints,
  errorChart,
  type HistorySet,
  historySets,
  lossChart,
  setErrors,
  setLosses,
  validatesOnTest,
} from "../history-curves.ts";
import { label } from "../label.ts";
import { type Markup, markup } from "../markup.ts";
import type { Report, ResultRow, RunHistory } from "../run-report.ts";
import { comparablePublished } from "./results.ts";
import { type Section, sampleNoun, table, titledFigure } from "./section.ts";

export async function trainingSection(report: Report): Promise<Section | undefined> {
  const { history } = report;
  if (!history || history.epoch.length === 0) return undefined;
  const samples = sampleNoun(report);
  const losses = curves(history, setLosses);
  const errors = curves(history, setErrors);
  const figures: Figure[] = [];
  if (losses.length > 0) figures.push(await figure("loss", "loss-by-epoch", lossChart(losses)));
  if (errors.length > 0) {
    const reference = publishedError(report.results ?? []);
    figures.push(await figure("error", "error-by-epoch", errorChart(errors, reference)));
  }
  const body = markup`<div class="charts">
${figures.map((entry) => titledFigure(entry))}</div>
${report.run?.loss ? markup`<p class="muted">The loss is ${report.run.loss}. ` : markup`<p class="muted">`}${errors.length > 0 ? `The error is the share of ${samples} whose most probable class is wrong. ` : undefined}Training figures are means over the epoch while the weights change; the other sets are measured at its end.${validatesOnTest(history) ? ` The validation ${samples} of this run are its test ${samples}.` : undefined}</p>
${historyTable(history)}`;
  return { id: "training", title: "Training", body, figures };
}

function figure(name: string, title: string, spec: LinesSpec): Promise<Figure> {
  return drawFigure({ name, title: label(title), spec });
}

/** The curves of the sets that have finite values. Where validation is the test set, both are one curve. */
function curves(
  history: RunHistory,
  valuesOf: (history: RunHistory, prefix: string) => RunHistory[string] | undefined,
): LinesSpec["series"] {
  const same = validatesOnTest(history);
  const curve = ({ name, prefix, role }: HistorySet) => {
    const points = curvePoints(history, valuesOf(history, prefix));
    const shown = same && name === "test" ? "test-and-validation" : name;
    // over the test curve, which may run close to it: dashes let both be seen
    return points
      ? [{ name: label(shown), role, points, ...(name === "validation" ? { dashed: true } : {}) }]
      : [];
  };
  const [training, validation, test] = historySets.map(curve);
  return [...training!, ...test!, ...(same ? [] : validation!)];
}

/** Published error of the first comparable row that says how it relates to the error chart, in percent. */
function publishedError(results: readonly ResultRow[]): number | undefined {
  for (const row of results) {
    const published = comparablePublished(row);
    if (row.curve && published !== undefined) return row.curve === "error" ? published : 100 - published;
  }
  return undefined;
}

function historyTable(history: RunHistory): Markup {
  const hidden = validatesOnTest(history) ? /^(epoch$|val_)/ : /^epoch$/;
  const metrics = Object.keys(history).filter((name) => !hidden.test(name));
  const columns = ["epoch", ...metrics].map((title) => ({ title, numeric: true }));
  const rows = history.epoch.map((epoch, i) => [
    epoch,
    ...metrics.map((name) => {
      const value = history[name]?.[i];
      return typeof value === "number" && Number.isFinite(value) ? value.toPrecision(5) : "";
    }),
  ]);
  return markup`<details><summary>The numbers of every epoch</summary>
${table(columns, rows)}</details>
`;
}

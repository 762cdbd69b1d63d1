/** @file Curves of loss and error by epoch, with the numbers behind them. */

import { type Figure, inlineFigure } from "../figure.ts";
import { curvePoints, errorChart, historySets, lossChart, setErrors, setLosses } from "../history-curves.ts";
import { type LineChart, type LineSeries, lineChart } from "../line-chart.ts";
import { type Markup, markup } from "../markup.ts";
import type { ResultRow, RunHistory, RunReport } from "../run-report.ts";
import { comparablePublished } from "./results.ts";
import { type Section, table } from "./section.ts";

export async function trainingSection(report: RunReport): Promise<Section | undefined> {
  const { history } = report;
  if (!history || history.epoch.length === 0) return undefined;
  const losses = curves(history, setLosses);
  const errors = curves(history, setErrors);
  const figures: Figure[] = [];
  if (losses.length > 0) figures.push(await figure("loss", "Loss by epoch", lossChart(losses)));
  if (errors.length > 0) {
    const reference = publishedError(report.results ?? []);
    figures.push(await figure("error", "Error by epoch", errorChart(errors, reference)));
  }
  const body = markup`<div class="charts">
${figures.map((entry) => markup`<figure><figcaption>${entry.title}</figcaption>${inlineFigure(entry)}</figure>\n`)}</div>
${report.run.loss ? markup`<p class="muted">The loss is ${report.run.loss}. ` : markup`<p class="muted">`}${errors.length > 0 ? "The error is the share of images whose most probable class is wrong. " : undefined}Training figures are means over the epoch while the weights change; the other sets are measured at its end.</p>
${historyTable(history)}`;
  return { id: "training", title: "Training", body, figures };
}

async function figure(name: string, title: string, chart: LineChart): Promise<Figure> {
  return { name, title, drawing: await lineChart(chart) };
}

/** The curves of the sets that have finite values. */
function curves(
  history: RunHistory,
  valuesOf: (history: RunHistory, prefix: string) => RunHistory[string] | undefined,
): LineSeries[] {
  return historySets.flatMap(({ name, prefix, role }) => {
    const points = curvePoints(history, valuesOf(history, prefix));
    return points ? [{ name, role, points }] : [];
  });
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
  const metrics = Object.keys(history).filter((name) => name !== "epoch");
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

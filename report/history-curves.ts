/** @file From a history to the curves of loss and error that charts show. */

import { formatPercent, formatShort } from "./format.ts";
import type { LineChart, LineSeries } from "./line-chart.ts";
import type { Role } from "./palette.ts";
import type { RunHistory } from "./run-report.ts";

type Values = RunHistory[string];

/** The sets of images a history may tell of, with the prefix of their names in it. */
export const historySets: readonly { readonly name: string; readonly prefix: string; readonly role: Role }[] =
  [
    { name: "training", prefix: "", role: "training" },
    { name: "validation", prefix: "val_", role: "validation" },
    { name: "test", prefix: "test_", role: "test" },
  ];

export function setLosses(history: RunHistory, prefix: string): Values | undefined {
  return history[`${prefix}loss`];
}

/** Error of a set by epoch, as a fraction: see `RunHistory` for where it comes from. */
export function setErrors(history: RunHistory, prefix: string): Values | undefined {
  const accuracy = history[`${prefix}categorical_accuracy`] ?? history[`${prefix}accuracy`];
  return history[`${prefix}error`] ?? accuracy?.map((value) => (value === null ? null : 1 - value));
}

/** One point per epoch; without finite values there is no curve. */
export function curvePoints(
  history: RunHistory,
  values: Values | undefined,
): LineSeries["points"] | undefined {
  if (!values?.some(Number.isFinite)) return undefined;
  return history.epoch.map((x, i) => ({ x, y: values[i] ?? Number.NaN }));
}

export function lossChart(series: readonly LineSeries[]): LineChart {
  return { xTitle: "epoch", yTitle: "loss", series, format: formatShort };
}

/** From errors as fractions; `reference` is a published error in percent. */
export function errorChart(series: readonly LineSeries[], reference?: number): LineChart {
  const percent = series.map((entry) => ({
    ...entry,
    points: entry.points.map(({ x, y }) => ({ x, y: 100 * y })),
  }));
  return {
    xTitle: "epoch",
    yTitle: "error, %",
    series: percent,
    format: (y) => formatPercent(y / 100, 2),
    ...(reference === undefined ? {} : { reference: { name: "published", y: reference } }),
  };
}

/** @file From a history to the curves of loss and error that charts show. */

import type { LinesSpec } from "./figure-spec.ts";
import { label } from "./label.ts";
import type { Role } from "./palette.ts";
import type { RunHistory } from "./run-report.ts";

type Values = RunHistory[string];
type Series = LinesSpec["series"];

export interface HistorySet {
  /** also the key of its label */
  readonly name: "training" | "validation" | "test";
  /** of its names in a history */
  readonly prefix: string;
  readonly role: Role;
}

/** The sets of images a history may tell of. */
export const historySets: readonly HistorySet[] = [
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

/** true where the test images are the validation images as well: what is measured of the two sets is the same. */
export function validatesOnTest(history: RunHistory): boolean {
  const same = (valuesOf: typeof setLosses) => {
    const [validation, test] = [valuesOf(history, "val_"), valuesOf(history, "test_")];
    return JSON.stringify(validation) === JSON.stringify(test);
  };
  return (history.val_loss ?? history.val_accuracy) !== undefined && same(setLosses) && same(setErrors);
}

/** One point per epoch that has a finite value; without any there is no curve. */
export function curvePoints(
  history: RunHistory,
  values: Values | undefined,
): Series[number]["points"] | undefined {
  const points = history.epoch.flatMap((x, i) => {
    const y = values?.[i];
    return typeof y === "number" && Number.isFinite(y) ? [{ x, y }] : [];
  });
  return points.length > 0 ? points : undefined;
}

export function lossChart(series: Series): LinesSpec {
  return { kind: "lines", axes: { x: label("epoch"), y: label("loss") }, series };
}

/** From errors as fractions; `reference` is a published error in percent. */
export function errorChart(series: Series, reference?: number): LinesSpec {
  const percent = series.map((entry) => ({
    ...entry,
    points: entry.points.map(({ x, y }) => ({ x, y: 100 * y })),
  }));
  return {
    kind: "lines",
    axes: { x: label("epoch"), y: label("error-percent") },
    percent: 2,
    series: percent,
    ...(reference === undefined ? {} : { reference: { name: label("published"), y: reference } }),
  };
}

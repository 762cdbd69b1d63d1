/** @file Loss and error by epoch, one chart per set of images with a curve for each run. */
import type { Figure } from "../../report/figure.ts";
import {
  curvePoints,
  errorChart,
  historySets,
  lossChart,
  setErrors,
  setLosses,
} from "../../report/history-curves.ts";
import { type LineSeries, lineChart } from "../../report/line-chart.ts";
import { seriesRoles } from "../../report/palette.ts";
import type { RunHistory } from "../../report/run-report.ts";
import type { SavedRun } from "../store/saved-run.ts";

/** A run with the name it has on the page. */
export type NamedRun = SavedRun & { readonly name: string };

type ValuesOf = (history: RunHistory, prefix: string) => RunHistory[string] | undefined;

/** Charts of the sets that at least one run has values of; a validation set that is the test set is drawn once. */
export async function runCurves(runs: readonly NamedRun[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { name, prefix } of historySets) {
    if (prefix === "val_" && runs.every(validatesOnTest)) continue;
    const losses = curvesOf(runs, setLosses, prefix);
    if (losses.length > 0) {
      const drawing = await lineChart(lossChart(losses));
      figures.push({ name: `loss-${name}`, title: `Loss, ${name} set`, drawing });
    }
    const errors = curvesOf(runs, setErrors, prefix);
    if (errors.length > 0) {
      const drawing = await lineChart(errorChart(errors));
      figures.push({ name: `error-${name}`, title: `Error, ${name} set`, drawing });
    }
  }
  return figures;
}

function curvesOf(runs: readonly NamedRun[], valuesOf: ValuesOf, prefix: string): LineSeries[] {
  return runs.flatMap(({ name, history }, k) => {
    const points = history && curvePoints(history, valuesOf(history, prefix));
    if (!points) return [];
    const role = seriesRoles[k % seriesRoles.length]!;
    return [{ name, role, dashed: k >= seriesRoles.length, points }];
  });
}

function validatesOnTest({ history }: SavedRun): boolean {
  if (!history) return true;
  const same = (valuesOf: ValuesOf) =>
    JSON.stringify(valuesOf(history, "val_")) === JSON.stringify(valuesOf(history, "test_"));
  return same(setLosses) && same(setErrors);
}

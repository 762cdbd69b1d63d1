/** @file Loss and error by epoch, one chart per set of images with a curve for each run. */
import { drawFigure } from "../../report/draw-figure.ts";
import type { Figure } from "../../report/figure.ts";
import type { LinesSpec } from "../../report/figure-spec.ts";
import {
  curvePoints,
  errorChart,
  historySets,
  lossChart,
  setErrors,
  setLosses,
  validatesOnTest,
} from "../../report/history-curves.ts";
import { label } from "../../report/label.ts";
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
    if (prefix === "val_" && runs.every(({ history }) => !history || validatesOnTest(history))) continue;
    const losses = curvesOf(runs, setLosses, prefix);
    if (losses.length > 0) {
      const title = label("loss-of-set", { set: label(name) });
      figures.push(await drawFigure({ name: `loss-${name}`, title, spec: lossChart(losses) }));
    }
    const errors = curvesOf(runs, setErrors, prefix);
    if (errors.length > 0) {
      const title = label("error-of-set", { set: label(name) });
      figures.push(await drawFigure({ name: `error-${name}`, title, spec: errorChart(errors) }));
    }
  }
  return figures;
}

function curvesOf(runs: readonly NamedRun[], valuesOf: ValuesOf, prefix: string): LinesSpec["series"] {
  return runs.flatMap(({ name, history }, k) => {
    const points = history && curvePoints(history, valuesOf(history, prefix));
    if (!points) return [];
    const role = seriesRoles[k % seriesRoles.length]!;
    return [{ name, role, dashed: k >= seriesRoles.length, points }];
  });
}

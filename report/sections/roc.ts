/** @file ROC curves of a classifier: averages and three classes, whole and in the upper left corner. */

import type { AverageRocCurve } from "../../models/metrics/roc.ts";
import { drawFigure } from "../draw-figure.ts";
import type { RocSpec } from "../figure-spec.ts";
import { label } from "../label.ts";
import { markup } from "../markup.ts";
import type { Role } from "../palette.ts";
import { inWindow, thinned, upperLeftCorner, wholeSquare } from "../roc-chart.ts";
import type { Report, RocResult } from "../run-report.ts";
import { type Section, sampleNoun, table, titledFigure } from "./section.ts";

export async function rocSection(report: Report): Promise<Section | undefined> {
  const { roc } = report;
  if (!roc) return undefined;
  const samples = sampleNoun(report);
  const axes = { x: label("false-positive-rate"), y: label("true-positive-rate") };
  const spec = (window: RocSpec["window"]): RocSpec => ({
    ...{ kind: "roc", axes, window },
    series: shownCurves(roc, window),
  });
  const figures = [
    await drawFigure({ name: "roc", title: label("roc-curves"), spec: spec(wholeSquare) }),
    await drawFigure({ name: "roc-corner", title: label("upper-left-corner"), spec: spec(upperLeftCorner) }),
  ];
  const areas = table(
    [{ title: "class" }, { title: "area", numeric: true }],
    roc.curves.perClass.map(({ auc }, k) => [roc.classes[k], areaText(auc) ?? `no ${samples}`]),
  );
  const body = markup`<div class="charts">
${figures.map((figure) => titledFigure(figure))}</div>
<p class="muted">Each class against all others on the ${roc.set} set: the share of its ${samples} that is found, against the share of the other ${samples} that is taken for it, as the probability asked for falls from 1 to 0. The number is the area under the curve: 1 is perfect, the diagonal (0.5) is guessing. Micro: all outputs of all ${samples} as one question. Macro: the mean of the classes’ curves. Of the classes, those with the largest, the middle and the smallest area are drawn.</p>
<details><summary>The area of every class</summary>
${areas}</details>
`;
  return { id: "roc", title: "ROC", body, figures };
}

const roles: readonly Role[] = ["training", "validation", "test"];

function shownCurves({ classes, curves }: RocResult, window: RocSpec["window"]): RocSpec["series"] {
  const ranked = [...curves.perClass.keys()]
    .filter((k) => Number.isFinite(curves.perClass[k]!.auc))
    .sort((a, b) => curves.perClass[b]!.auc - curves.perClass[a]!.auc);
  const middle = Math.floor((ranked.length - 1) / 2);
  const chosen = [...new Set([ranked[0], ranked[middle], ranked.at(-1)])].filter((k) => k !== undefined);
  const drawn = ({ auc, falsePositiveRate, truePositiveRate }: AverageRocCurve) => ({
    area: Number.isFinite(auc) ? auc : null,
    points: thinned(
      inWindow(
        Array.from(falsePositiveRate, (x, i) => ({ x, y: truePositiveRate[i]! })),
        window,
      ),
      window,
    ),
  });
  return [
    { name: "micro", role: "ink", ...drawn(curves.micro), dash: [6, 4] },
    { name: "macro", role: "fourth", ...drawn(curves.macro), dash: [2, 3] },
    ...chosen.map((k, i) => ({ name: classes[k]!, role: roles[i]!, ...drawn(curves.perClass[k]!) })),
  ];
}

function areaText(auc: number): string | undefined {
  return Number.isFinite(auc) ? auc.toFixed(4) : undefined;
}

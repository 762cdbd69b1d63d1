/** @file ROC curves of a classifier: averages and three classes, whole and in the upper left corner. */

import { inlineFigure } from "../figure.ts";
import { markup } from "../markup.ts";
import type { Role } from "../palette.ts";
import { type RocSeries, rocChart, upperLeftCorner, wholeSquare } from "../roc-chart.ts";
import type { RocResult, RunReport } from "../run-report.ts";
import { type Section, table } from "./section.ts";

export async function rocSection({ roc }: RunReport): Promise<Section | undefined> {
  if (!roc) return undefined;
  const series = shownCurves(roc);
  const figures = [
    { name: "roc", title: "ROC curves", drawing: await rocChart(series, wholeSquare) },
    { name: "roc-corner", title: "The upper left corner", drawing: await rocChart(series, upperLeftCorner) },
  ];
  const areas = table(
    [{ title: "class" }, { title: "area", numeric: true }],
    roc.curves.perClass.map(({ auc }, k) => [roc.classes[k], areaText(auc)]),
  );
  const body = markup`<div class="charts">
${figures.map((figure) => markup`<figure><figcaption>${figure.title}</figcaption>${inlineFigure(figure)}</figure>\n`)}</div>
<p class="muted">Each class against all others on the ${roc.set} set: the share of its images that is found, against the share of the other images that is taken for it, as the probability asked for falls from 1 to 0. The number is the area under the curve: 1 is perfect, the diagonal (0.5) is guessing. Micro: all outputs of all images as one question. Macro: the mean of the classes’ curves. Of the classes, those with the largest, the middle and the smallest area are drawn.</p>
<details><summary>The area of every class</summary>
${areas}</details>
`;
  return { id: "roc", title: "ROC", body, figures };
}

const roles: readonly Role[] = ["training", "validation", "test"];

function shownCurves({ classes, curves }: RocResult): RocSeries[] {
  const ranked = [...curves.perClass.keys()]
    .filter((k) => Number.isFinite(curves.perClass[k]!.auc))
    .sort((a, b) => curves.perClass[b]!.auc - curves.perClass[a]!.auc);
  const middle = Math.floor((ranked.length - 1) / 2);
  const chosen = [...new Set([ranked[0], ranked[middle], ranked.at(-1)])].filter((k) => k !== undefined);
  return [
    { name: "micro", role: "ink", curve: curves.micro, dash: [6, 4] },
    { name: "macro", role: "fourth", curve: curves.macro, dash: [2, 3] },
    ...chosen.map((k, i): RocSeries => ({ name: classes[k]!, role: roles[i]!, curve: curves.perClass[k]! })),
  ];
}

function areaText(auc: number): string {
  return Number.isFinite(auc) ? auc.toFixed(4) : "no images";
}

/** @file Which classes are taken for which: confusion matrix, most confused pairs, scores per class. */

import {
  classificationReport,
  formatClassificationReport,
  type Scores,
} from "../../models/metrics/classification-report.ts";
import { largestConfusion, mostConfusedPairs } from "../../models/metrics/confusion.ts";
import { imageList } from "../captioned-images.ts";
import { drawFigure } from "../draw-figure.ts";
import type { Figure } from "../figure.ts";
import { formatCount, formatPercent } from "../format.ts";
import { label, labelOf } from "../label.ts";
import { type Markup, markup } from "../markup.ts";
import type { ConfusionResult, Report } from "../run-report.ts";
import { alternatives, captioned } from "./samples.ts";
import { type Section, sampleNoun, table, titledFigure } from "./section.ts";

const pairLimit = 5;
/** Beyond it the page shows the best and the worst classes, and the others on request. */
const mostRows = 25;

export async function confusionSection(report: Report): Promise<Section | undefined> {
  const { confusion } = report;
  if (!confusion) return undefined;
  const { set, classes, counts } = confusion;
  const axes = { x: label("predicted-class"), y: label("true-class") };
  const heatMap = await drawFigure({
    name: "confusion",
    title: label("confusion-matrix", { set: labelOf(set) }),
    spec: { kind: "confusion", axes, classes, counts },
  });
  const pairs = await pairList(confusion);
  const body = markup`${titledFigure(heatMap, "wide")}${largestText(confusion)}${pairs.body}${scoreTable(confusion, sampleNoun(report))}`;
  return { id: "confusion", title: "Confusion", body, figures: [heatMap, ...pairs.figures] };
}

function largestText({ classes, counts }: ConfusionResult): Markup | undefined {
  const largest = largestConfusion(counts);
  if (!largest) return undefined;
  const { label, predicted, count } = largest;
  return markup`<p>The most frequent single mistake: <strong>${classes[label]}</strong> taken for <strong>${classes[predicted]}</strong>, ${times(count)}.</p>
`;
}

async function pairList({
  classes,
  counts,
  examples = [],
}: ConfusionResult): Promise<{ body?: Markup; figures: Figure[] }> {
  const pairs = mostConfusedPairs(counts, pairLimit);
  if (pairs.length === 0) return { figures: [] };
  const figures: Figure[] = [];
  const items: Markup[] = [];
  for (const pair of pairs) {
    const [first, second] = [classes[pair.first]!, classes[pair.second]!];
    const found = examples.find(
      (entry) => entry.first === pair.first && entry.second === pair.second && entry.images.count > 0,
    );
    const shown = found ? captioned(found, classes) : undefined;
    if (shown) {
      const name = `confused-${pair.first}-${pair.second}`;
      const title = label("confused-pair", { first, second });
      figures.push(await drawFigure({ name, title, spec: shown }));
    }
    items.push(markup`<li><h4>${first} and ${second} <span class="muted">${times(pair.count)}</span></h4>
<p class="muted">${first} taken for ${second}: ${formatCount(pair.firstAsSecond)}; ${second} taken for ${first}: ${formatCount(pair.secondAsFirst)}</p>
${shown && found ? imageList(shown, alternatives(found, classes)) : undefined}</li>
`);
  }
  const body = markup`<h3>The most confused pairs</h3>
<ol class="pairs">
${items}</ol>
`;
  return { body, figures };
}

function scoreTable(confusion: ConfusionResult, samples: string): Markup {
  const report = classificationReport(confusion.counts);
  const scores = ({ precision, recall, f1, support }: Scores) => [
    formatPercent(precision, 1),
    formatPercent(recall, 1),
    formatPercent(f1, 1),
    support,
  ];
  const columns = [
    { title: "class" },
    ...["precision", "recall", "F1", samples].map((title) => ({ title, numeric: true })),
  ];
  const rows = report.perClass.map((entry, k) => [confusion.classes[k], ...scores(entry)]);
  const averages = [
    ["mean over classes (macro)", ...scores(report.macro)],
    [`mean over ${samples} (weighted)`, ...scores(report.weighted)],
    ["accuracy (micro)", ...scores(report.micro)],
  ];
  const whole = table(columns, rows, { footer: averages });
  const shown =
    rows.length <= mostRows
      ? whole
      : markup`<p class="muted">The classes with the highest F1 and, below them, those with the lowest.</p>
${table(columns, extremes(report.perClass, rows), { footer: averages })}<details><summary>All ${rows.length} classes</summary>
${whole}</details>
`;
  return markup`<h3>Scores per class</h3>
<p class="muted">Precision: of the ${samples} given this class, the share that has it. Recall: of the ${samples} of this class, the share that was found. F1 is their harmonic mean; 0/0 counts as 0.</p>
${shown}<details><summary>The same as text, in scikit-learn’s layout</summary>
<pre>${formatClassificationReport(confusion)}</pre></details>
`;
}

/** The rows of the best and of the worst classes by F1, best first. */
function extremes<Row>(scores: readonly Scores[], rows: readonly Row[]): Row[] {
  const ranked = [...rows.keys()].sort((a, b) => scores[b]!.f1 - scores[a]!.f1 || a - b);
  const half = Math.floor(mostRows / 4);
  return [...ranked.slice(0, half), ...ranked.slice(-half)].map((k) => rows[k]!);
}

function times(count: number): string {
  return count === 1 ? "once" : `${formatCount(count)} times`;
}

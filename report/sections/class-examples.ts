/** @file Images of every class: some that were recognised and some that were not. */

import { drawFigure } from "../draw-figure.ts";
import { inlineFigure } from "../figure.ts";
import type { ImageTableSpec } from "../figure-spec.ts";
import { formatPercent } from "../format.ts";
import { gatherImages } from "../image-grid.ts";
import { label, labelOf } from "../label.ts";
import { markup } from "../markup.ts";
import type { ClassExamples, Outcomes, Report } from "../run-report.ts";
import type { Section } from "./section.ts";

type Row = ImageTableSpec["rows"][number];

export async function classExamplesSection({ classExamples }: Report): Promise<Section | undefined> {
  if (!classExamples) return undefined;
  const { classes, groups, set } = classExamples;
  const right = Math.max(1, ...groups.map((group) => indicesOf(group, true).length));
  const spec: ImageTableSpec = {
    kind: "image-table",
    heads: [
      { column: 0, text: label("recognised") },
      { column: right, text: label("taken-for-another") },
    ],
    rows: groups.map((group, truth) => rowOf(classExamples, group, truth, right)),
    size: classes.length > 25 ? 32 : 56,
  };
  const title = label("images-of-each-class", { set: labelOf(set) });
  const figure = await drawFigure({ name: "class-examples", title, spec });
  const body = markup`<p class="muted">To the left, images that were recognised with the highest probability; to the right, framed, the surest mistakes with what they were taken for. The percentage is the share of the class that was recognised.</p>
<figure class="wide">${inlineFigure(figure)}</figure>
`;
  return { id: "classes", title: "Classes", body, figures: [figure] };
}

function rowOf({ classes, recall }: ClassExamples, group: Outcomes, truth: number, right: number): Row {
  const cell = (index: number) => ({
    image: gatherImages(group.images, [index]),
    ...(group.predicted[index] === truth
      ? {}
      : { wrong: true, caption: shortened(classes[group.predicted[index]!]!) }),
  });
  const known: Row["cells"][number][] = indicesOf(group, true).map(cell);
  while (known.length < right) known.push(null);
  const share = recall[truth];
  return {
    name: classes[truth]!,
    ...(share === undefined ? {} : { detail: formatPercent(share, 0) }),
    cells: [...known, ...indicesOf(group, false).map(cell)],
  };
}

function indicesOf({ images, labels, predicted }: Outcomes, right: boolean): number[] {
  return [...Array(images.count).keys()].filter((i) => (labels[i] === predicted[i]) === right);
}

function shortened(name: string): string {
  return name.length > 12 ? `${name.slice(0, 11)}…` : name;
}

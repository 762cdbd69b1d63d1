/** @file Images of every class: some that were recognised and some that were not. */

import { inlineFigure } from "../figure.ts";
import { formatPercent } from "../format.ts";
import { type ImageCell, type ImageRow, imageTable } from "../image-table.ts";
import { markup } from "../markup.ts";
import type { ClassExamples, Outcomes, RunReport } from "../run-report.ts";
import type { Section } from "./section.ts";

export function classExamplesSection({ classExamples }: RunReport): Section | undefined {
  if (!classExamples) return undefined;
  const { classes, groups, set } = classExamples;
  const right = Math.max(1, ...groups.map((group) => indicesOf(group, true).length));
  const drawing = imageTable({
    heads: [
      { column: 0, text: "recognised" },
      { column: right, text: "taken for another class" },
    ],
    rows: groups.map((group, label) => rowOf(classExamples, group, label, right)),
    size: classes.length > 25 ? 32 : 56,
  });
  const title = `Images of each class, ${set} set`;
  const figure = { name: "class-examples", title, drawing };
  const body = markup`<p class="muted">To the left, images that were recognised with the highest probability; to the right, framed, the surest mistakes with what they were taken for. The percentage is the share of the class that was recognised.</p>
<figure class="wide">${inlineFigure(figure)}</figure>
`;
  return { id: "classes", title: "Classes", body, figures: [figure] };
}

function rowOf({ classes, recall }: ClassExamples, group: Outcomes, label: number, right: number): ImageRow {
  const cell = (index: number): ImageCell => ({
    images: group.images,
    index,
    ...(group.predicted[index] === label
      ? {}
      : { wrong: true, caption: shortened(classes[group.predicted[index]!]!) }),
  });
  const known: (ImageCell | undefined)[] = indicesOf(group, true).map(cell);
  while (known.length < right) known.push(undefined);
  const share = recall[label];
  return {
    name: classes[label]!,
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

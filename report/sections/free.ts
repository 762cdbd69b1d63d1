/** @file Sections with content of the experiment's own: text, tables, images, grids, scatters, bars, lines. */

import { barChart } from "../bar-chart.ts";
import { type CaptionedImages, imageFigure, imageList } from "../captioned-images.ts";
import { type Figure, inlineFigure } from "../figure.ts";
import { formatShort } from "../format.ts";
import { gridFigure } from "../grid-figure.ts";
import { lineChart } from "../line-chart.ts";
import { type Markup, markup } from "../markup.ts";
import { seriesRoles } from "../palette.ts";
import type { BarBlock, Block, FreeSection, ImageBlock, LineBlock, TableBlock } from "../run-report.ts";
import { scatterFigure } from "../scatter-figure.ts";
import { paragraphs, type Section, slug, table } from "./section.ts";

interface Part {
  readonly body: Markup;
  readonly figure?: Figure;
}

export async function freeSection({ title, blocks }: FreeSection): Promise<Section> {
  const parts = await Promise.all(blocks.map((block) => renderBlock(block)));
  return {
    id: slug(title),
    title,
    body: markup`${parts.map((part) => part.body)}`,
    figures: parts.flatMap((part) => part.figure ?? []),
  };
}

async function renderBlock(block: Block): Promise<Part> {
  switch (block.kind) {
    case "text":
      return { body: paragraphs(block.text) };
    case "table":
      return { body: tableBlock(block) };
    case "images":
      return imageBlock(block);
    case "grid":
      return chartPart({ name: slug(block.title), title: block.title, drawing: gridFigure(block) });
    case "scatter":
      return chartPart({ name: slug(block.title), title: block.title, drawing: scatterFigure(block) });
    case "bars":
      return chartPart(await barFigure(block));
    case "lines":
      return chartPart(await lineFigure(block));
  }
}

function tableBlock({ title, columns, rows }: TableBlock): Markup {
  const numeric = (k: number) => rows.every((row) => typeof row[k] === "number");
  const shown = table(
    columns.map((column, k) => ({ title: column, numeric: numeric(k) })),
    rows,
  );
  return markup`<h3>${title}</h3>
${shown}`;
}

function imageBlock({ title, images, captions = [] }: ImageBlock): Part {
  const shown: CaptionedImages = {
    images,
    captions: captions.map((text) => ({ text, alternative: text, wrong: false })),
  };
  return {
    body: markup`<h3>${title}</h3>
${imageList(shown)}`,
    figure: { name: slug(title), title, drawing: imageFigure(shown) },
  };
}

function chartPart(figure: Figure): Part {
  const body = markup`<figure><figcaption>${figure.title}</figcaption>${inlineFigure(figure)}</figure>
`;
  return { body, figure };
}

async function barFigure({ title, categories, series }: BarBlock): Promise<Figure> {
  const drawing = await barChart({ categories, series: withRoles(series) });
  return { name: slug(title), title, drawing };
}

async function lineFigure({ title, series, ...axes }: LineBlock): Promise<Figure> {
  const drawing = await lineChart({ ...axes, series: withRoles(series), format: formatShort });
  return { name: slug(title), title, drawing };
}

function withRoles<T>(series: readonly T[]) {
  return series.map((entry, k) => ({ ...entry, role: seriesRoles[k % seriesRoles.length]! }));
}

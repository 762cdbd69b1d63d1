/** @file Sections with content of the experiment's own: text, tables, images, grids, scatters, bars, lines. */

import { imageList } from "../captioned-images.ts";
import { drawFigure } from "../draw-figure.ts";
import type { Figure } from "../figure.ts";
import type { FigureSpec, ImagesSpec } from "../figure-spec.ts";
import { type Label, labelText } from "../label.ts";
import { type Markup, markup } from "../markup.ts";
import { seriesRoles } from "../palette.ts";
import type { Block, FreeSection, ImageBlock, TableBlock } from "../run-report.ts";
import { paragraphs, type Section, slug, table, titledFigure } from "./section.ts";

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
    default:
      return chart(block.title, specOf(block));
  }
}

function specOf(block: Exclude<Block, { readonly kind: "text" | "table" | "images" }>): FigureSpec {
  switch (block.kind) {
    case "grid": {
      const { title: _, ...grid } = block;
      return grid;
    }
    case "scatter": {
      const { points, labels, classes, xTitle = "", yTitle = "" } = block;
      const axes = { x: xTitle, y: yTitle };
      return { kind: "scatter", axes, points, labels: Array.from(labels), classes };
    }
    case "bars":
      return { kind: "bars", categories: block.categories, series: withRoles(block.series) };
    case "lines": {
      const series = block.series.map(({ name, points }) => ({
        name,
        points: points.filter(({ y }) => Number.isFinite(y)),
      }));
      const { xTitle: x, yTitle: y, xScale = "linear" } = block;
      return { kind: "lines", axes: { x, y }, xScale, series: withRoles(series) };
    }
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

async function imageBlock({ title, images, captions = [] }: ImageBlock): Promise<Part> {
  const spec: ImagesSpec = {
    kind: "images",
    images,
    captions: captions.map((text) => ({ text, wrong: false })),
  };
  const figure = await drawFigure({ name: slug(labelText(title)), title, spec });
  return { body: markup`<h3>${figure.title}</h3>\n${imageList(spec)}`, figure };
}

async function chart(title: Label, spec: FigureSpec): Promise<Part> {
  const figure = await drawFigure({ name: slug(labelText(title)), title, spec });
  return { body: titledFigure(figure), figure };
}

function withRoles<T>(series: readonly T[]) {
  return series.map((entry, k) => ({ ...entry, role: seriesRoles[k % seriesRoles.length]! }));
}

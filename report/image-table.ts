/** @file Images in rows with a name each and columns with a heading, as one drawing. */

import { textWidth } from "./axis.ts";
import type { ImageTableSpec } from "./figure-spec.ts";
import { imageGridPng, pngDataUri } from "./image-grid.ts";
import { type Label, labelText } from "./label.ts";
import type { Language } from "./language.ts";
import { type Markup, markup } from "./markup.ts";
import { color } from "./palette.ts";
import type { ReportImages } from "./run-report.ts";
import { type Drawing, fontFamily } from "./vega.ts";

/** One row of images with its name, in words. */
interface Row {
  readonly name: string;
  readonly detail: string;
  readonly cells: readonly (Cell | null)[];
}

interface Cell {
  readonly image: ReportImages;
  readonly caption: string;
  readonly wrong: boolean;
}

const captionSize = 11;

export function drawImageTable({ heads, rows: data, size }: ImageTableSpec, language: Language): Drawing {
  const text = (shown: Label = "") => labelText(shown, language);
  const rows = data.map(
    ({ name, detail, cells }): Row => ({
      name: text(name),
      detail: text(detail),
      cells: cells.map(
        (cell) => cell && { image: cell.image, caption: text(cell.caption), wrong: cell.wrong ?? false },
      ),
    }),
  );
  const cells = rows.flatMap((row) => row.cells).filter((cell) => cell !== null);
  const captioned = cells.some((cell) => cell.caption);
  const width = Math.max(1, ...cells.map((cell) => shownSize(cell, size).width));
  const height = Math.max(1, ...cells.map((cell) => shownSize(cell, size).height));
  const widest = Math.max(0, ...cells.map((cell) => textWidth(cell.caption, captionSize)));
  const step = {
    x: Math.max(width + 6, widest + 8),
    y: Math.max(height + (captioned ? 24 : 6), rows.some((row) => row.detail) ? 38 : 20),
  };
  const left =
    14 + Math.max(...rows.flatMap(({ name, detail }) => [textWidth(name, 12), textWidth(detail, 11)]));
  const top = heads.length > 0 ? 24 : 4;
  const columns = Math.max(...rows.map((row) => row.cells.length));
  const total = { width: left + columns * step.x, height: top + rows.length * step.y };
  const titles = heads.map(
    (head) =>
      markup`<text x="${left + head.column * step.x}" y="13" fill="${color("muted")}">${text(head.text)}</text>`,
  );
  const lines = rows.map((row, k) => drawRow(row, { left, top: top + k * step.y, step: step.x, size }));
  const svg = markup`<svg xmlns="http://www.w3.org/2000/svg" width="${total.width}" height="${total.height}" viewBox="0 0 ${total.width} ${total.height}" font-family="${fontFamily}" font-size="12">
${titles}${lines}</svg>`;
  return { svg: svg.text, ...total };
}

interface Place {
  readonly left: number;
  readonly top: number;
  readonly step: number;
  readonly size: number;
}

function drawRow({ name, detail, cells }: Row, { left, top, step, size }: Place): Markup {
  const second = detail
    ? markup`<text x="0" y="${top + 30}" font-size="11" fill="${color("muted")}">${detail}</text>`
    : undefined;
  const images = cells.map((cell, k) => (cell ? drawCell(cell, left + k * step, top, size) : undefined));
  return markup`<text x="0" y="${top + 14}" fill="${color("ink")}">${name}</text>${second}${images}
`;
}

function drawCell(cell: Cell, x: number, y: number, size: number): Markup {
  const { width, height, scale } = shownSize(cell, size);
  const png = pngDataUri(imageGridPng(cell.image, { columns: 1, scale }));
  const frame = cell.wrong
    ? markup`<rect x="${x + 1}" y="${y + 1}" width="${width - 2}" height="${height - 2}" fill="none" stroke="${color("validation")}" stroke-width="2"/>`
    : undefined;
  const caption = cell.caption
    ? markup`<text x="${x}" y="${y + height + 12}" font-size="${captionSize}" fill="${color(cell.wrong ? "validation" : "muted")}">${cell.caption}</text>`
    : undefined;
  return markup`<image x="${x}" y="${y}" width="${width}" height="${height}" image-rendering="optimizeSpeed" href="${png}"/>${frame}${caption}`;
}

function shownSize({ image }: Cell, size: number) {
  const scale = Math.max(1, Math.round(size / image.width));
  return { width: image.width * scale, height: image.height * scale, scale };
}

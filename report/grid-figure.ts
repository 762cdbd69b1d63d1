/** @file Rows of images as one drawing: each row with its name, originals above reconstructions for example. */
import { ArgumentError, ShapeError } from "../engine/errors.ts";
import { textWidth } from "./axis.ts";
import type { GridSpec } from "./figure-spec.ts";
import { imageGridPng, pngDataUri } from "./image-grid.ts";
import { labelText } from "./label.ts";
import type { Language } from "./language.ts";
import { markup } from "./markup.ts";
import { color } from "./palette.ts";
import type { ReportImages } from "./run-report.ts";
import { type Drawing, fontFamily } from "./vega.ts";

const usualSize = 56;
const usualGap = 6;
const fontSize = 12;

/** Draws the rows. Throws ShapeError if they have not all the same number and size of images. */
export function drawGrid(spec: GridSpec, language: Language): Drawing {
  const { gap = usualGap, scale } = spec;
  const rows = spec.rows.map(({ label, images }) => ({ label: labelText(label, language), images }));
  const columns = (spec.columns ?? []).map((text) => labelText(text, language));
  const images = stacked(rows.map((row) => row.images));
  const count = images.count / rows.length;
  const factor = scale ?? Math.max(1, Math.round(usualSize / images.width));
  const [width, height] = [images.width * factor + gap, images.height * factor + gap];
  const widest = Math.max(0, ...rows.map(({ label }) => textWidth(label, fontSize)));
  const left = widest > 0 ? widest + 12 : 0;
  const top = columns.length > 0 ? 20 : 0;
  const grid = { width: count * width - gap, height: rows.length * height - gap };
  const png = pngDataUri(imageGridPng(images, { columns: count, scale: factor, gap: { x: gap, y: gap } }));
  const labels = rows.map(
    ({ label }, i) =>
      markup`<text x="${left - 12}" y="${top + i * height + (height - gap) / 2 + 4}" text-anchor="end" fill="${color("ink")}">${label}</text>\n`,
  );
  const heads = columns.map(
    (text, i) =>
      markup`<text x="${left + i * width + (width - gap) / 2}" y="13" text-anchor="middle" fill="${color("muted")}">${text}</text>\n`,
  );
  const size = { width: left + grid.width, height: top + grid.height };
  const svg = markup`<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" font-family="${fontFamily}" font-size="${fontSize}">
<image x="${left}" y="${top}" width="${grid.width}" height="${grid.height}" image-rendering="optimizeSpeed" href="${png}"/>
${heads}${labels}</svg>`;
  return { svg: svg.text, ...size };
}

function stacked(rows: readonly ReportImages[]): ReportImages {
  const [first] = rows;
  if (!first) throw new ArgumentError("report: a grid needs at least one row of images.");
  const { count, height, width, channels } = first;
  const same = (row: ReportImages) =>
    row.count === count && row.height === height && row.width === width && row.channels === channels;
  if (!rows.every(same)) {
    const shapes = rows.map((row) => [row.count, row.height, row.width, row.channels].join("x"));
    throw new ShapeError(`report: the rows of a grid must have the same shape, got ${shapes.join(", ")}.`);
  }
  const size = count * height * width * channels;
  const images = new Uint8Array(rows.length * size);
  for (const [i, row] of rows.entries()) images.set(row.images.subarray(0, size), i * size);
  return { images, count: rows.length * count, height, width, channels };
}

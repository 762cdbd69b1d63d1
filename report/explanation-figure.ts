/** @file A picture and what was made of it in a row, with bars of the classes that it was taken for. */

import { textWidth } from "./axis.ts";
import type { ExplanationSpec } from "./figure-spec.ts";
import { formatPercent } from "./format.ts";
import { imageGridPng, pngDataUri } from "./image-grid.ts";
import { labelText } from "./label.ts";
import type { Language } from "./language.ts";
import { type Markup, markup } from "./markup.ts";
import { color } from "./palette.ts";
import type { ReportImages } from "./run-report.ts";
import { type Drawing, fontFamily } from "./vega.ts";

/** of a picture, about: small ones are enlarged by whole factors, larger ones are shown smaller */
const usualSize = 224;
const largestSize = 320;
const gap = 16;
const top = 24;
const barHeight = 12;
const rowHeight = 38;
const barWidth = 200;

/** Small pictures keep their pixels as squares. */
export function drawExplanation({ images, bars }: ExplanationSpec, language: Language): Drawing {
  const cells = images.map(({ title, image }) => ({
    title: labelText(title, language),
    image,
    ...shownSize(image),
  }));
  const names = bars.map(({ name }) => labelText(name, language));
  const steps = cells.map(({ title, width }) => Math.max(width, textWidth(title, 12)) + gap);
  const lefts = steps.map((_, i) => steps.slice(0, i).reduce((sum, step) => sum + step, 0));
  const right = steps.reduce((sum, step) => sum + step, 0);
  const widest = Math.max(barWidth + 56, ...names.map((name) => textWidth(name, 12)));
  const tallest = Math.max(0, ...cells.map(({ height }) => height));
  const size = {
    width: bars.length > 0 ? right + gap + widest : right - gap,
    height: top + Math.max(tallest, bars.length * rowHeight),
  };
  const pictures = cells.map(({ title, image, width, height, scale }, i) => {
    const png = pngDataUri(imageGridPng(image, { columns: 1, scale }));
    const rendering = scale > 1 ? markup` image-rendering="optimizeSpeed"` : undefined;
    return markup`<text x="${lefts[i]}" y="14" fill="${color("muted")}">${title}</text><image x="${lefts[i]}" y="${top}" width="${width}" height="${height}"${rendering} href="${png}"/>
`;
  });
  const rows = bars.map(({ share }, i) =>
    bar({ x: right + gap, y: top + i * rowHeight, name: names[i]!, share, first: i === 0 }, language),
  );
  const svg = markup`<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" font-family="${fontFamily}" font-size="12">
${pictures}${rows}</svg>`;
  return { svg: svg.text, ...size };
}

interface Bar {
  readonly x: number;
  readonly y: number;
  readonly name: string;
  readonly share: number;
  readonly first: boolean;
}

/** The name above, the bar below it with its share at the end. */
function bar({ x, y, name, share, first }: Bar, language: Language): Markup {
  const width = Math.max(1, barWidth * Math.min(1, Math.max(0, share)));
  const weight = first ? markup` font-weight="bold"` : undefined;
  return markup`<text x="${x}" y="${y + 11}" fill="${color("ink")}"${weight}>${name}</text><rect x="${x}" y="${y + 17}" width="${width}" height="${barHeight}" fill="${color(first ? "training" : "axis")}"/><text x="${x + width + 6}" y="${y + 27}" fill="${color("muted")}">${shareText(share, language)}</text>
`;
}

/** A share as a percentage; what is none, as a number. */
export function shareText(share: number, language: Language): string {
  return share >= 0 && share <= 1 ? formatPercent(share, 1, language) : share.toPrecision(4);
}

function shownSize({ width, height }: ReportImages) {
  const scale = Math.max(1, Math.round(usualSize / width));
  const shrink = Math.min(1, largestSize / (width * scale), largestSize / (height * scale));
  return { scale, width: Math.round(width * scale * shrink), height: Math.round(height * scale * shrink) };
}

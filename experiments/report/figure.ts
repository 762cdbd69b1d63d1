/** @file A picture of the report: inline in the page, and as a file that can stand alone. */

import { textWidth } from "./axis.ts";
import { escapeMarkup, type Markup, markup, trusted, unescapeMarkup } from "./markup.ts";
import { color, withThemeColors } from "./palette.ts";
import { type Drawing, fontFamily } from "./vega.ts";

export interface Figure {
  /** file name without ending */
  readonly name: string;
  readonly title: string;
  readonly drawing: Drawing;
}

/** The drawing for the page, in the reader's theme; the title is what screen readers say. */
export function inlineFigure({ title, drawing }: Figure): Markup {
  const svg = withThemeColors(drawing.svg).replace(
    "<svg ",
    `<svg role="img" aria-label="${escapeMarkup(title)}" style="width: ${drawing.width}px" `,
  );
  return markup`<div class="drawing">${trusted(svg)}</div>`;
}

const padding = 20;
const header = 52;
const footer = 44;

/** The drawing on white with its title, and below it what run it belongs to. */
export function standaloneSvg({ title, drawing }: Figure, provenance: string): string {
  const content = Math.max(drawing.width, textWidth(provenance, 11), textWidth(title, 16));
  const width = content + 2 * padding;
  const height = drawing.height + header + footer;
  const inner = drawing.svg.replace("<svg ", `<svg x="${padding}" y="${header}" `);
  return markup`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${fontFamily}">
<rect width="${width}" height="${height}" fill="${color("surface")}"/>
<text x="${padding}" y="32" font-size="16" font-weight="bold" fill="${color("ink")}">${title}</text>
${trusted(inner)}
<text x="${padding}" y="${height - 16}" font-size="11" fill="${color("muted")}">${provenance}</text>
</svg>
`.text;
}

/** Title and drawing of a file that `standaloneSvg` wrote; undefined for any other text, and for one with scripts. */
export function readStandaloneSvg(svg: string): Omit<Figure, "name"> | undefined {
  const title = /<text [^>]*font-weight="bold"[^>]*>([^<]*)<\/text>\n/.exec(svg)?.[1];
  const start = svg.indexOf(`<svg x="${padding}" y="${header}" `);
  const end = svg.lastIndexOf("</svg>", svg.lastIndexOf("</svg>") - 1);
  if (title === undefined || start < 0 || end < start) return undefined;
  const inner = svg.slice(start, end + "</svg>".length).replace(`x="${padding}" y="${header}" `, "");
  const size = /^<svg [^>]*?width="([\d.]+)" height="([\d.]+)"/.exec(inner);
  if (!size || /<script|<foreignObject|\son\w+=|javascript:/i.test(inner)) return undefined;
  return {
    title: unescapeMarkup(title),
    drawing: { svg: inner, width: Number(size[1]), height: Number(size[2]) },
  };
}

/** @file A picture of the report: inline in the page, and as a file that can stand alone. */

import { textWidth } from "./axis.ts";
import type { FigurePlan } from "./figure-spec.ts";
import { escapeMarkup, type Markup, markup, trusted } from "./markup.ts";
import { color, withThemeColors } from "./palette.ts";
import { parseSvg, writeSvg } from "./safe-svg.ts";
import { type Drawing, fontFamily } from "./vega.ts";

export interface Figure {
  /** file name without ending */
  readonly name: string;
  readonly title: string;
  readonly drawing: Drawing;
  /** what it was drawn from; absent if only the drawing is known */
  readonly plan?: FigurePlan;
}

/** The drawing for the page, in the reader's theme; the title is what screen readers say. */
export function inlineFigure({ title, drawing }: Figure): Markup {
  const opened = `<svg role="img" aria-label="${escapeMarkup(title)}" style="width: ${drawing.width}px" `;
  const svg = withThemeColors(drawing.svg).replace("<svg ", () => opened); // as text, "$&" would mean something
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

/**
 * Title and drawing of a file that `standaloneSvg` wrote, made anew by `parseSvg`; undefined for any other text, and for one with
 * elements that are not of ours.
 */
export function readStandaloneSvg(svg: string): Omit<Figure, "name"> | undefined {
  const inside = parseSvg(svg)?.children.filter((child) => typeof child !== "string") ?? [];
  const title = inside.find(
    ({ name, attributes }) => name === "text" && attributes.get("font-weight") === "bold",
  );
  const drawing = inside.find(({ name }) => name === "svg");
  if (!title || !drawing) return undefined;
  const { x: _x, y: _y, ...attributes } = Object.fromEntries(drawing.attributes);
  const [width, height] = [Number(attributes.width), Number(attributes.height)];
  if (!(width > 0 && height > 0)) return undefined;
  const text = writeSvg({ ...drawing, attributes: new Map(Object.entries(attributes)) }).text;
  return {
    title: title.children.filter((child) => typeof child === "string").join(""),
    drawing: { svg: text, width, height },
  };
}

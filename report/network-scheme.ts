/** @file A network as a chain of boxes: what each layer is, the shape that leaves it, and its parameters. */

import { textWidth } from "./axis.ts";
import type { NetworkSpec } from "./figure-spec.ts";
import { formatCount } from "./format.ts";
import { labelText } from "./label.ts";
import type { Language } from "./language.ts";
import { type Markup, markup } from "./markup.ts";
import { color } from "./palette.ts";
import { type Drawing, fontFamily } from "./vega.ts";

interface Box {
  readonly type: string;
  readonly shape: string;
  /** absent if it has none */
  readonly parameters: string | undefined;
}

const height = 62;
const gap = 22;
const rowGap = 18;
const widest = 900;

/** Boxes from left to right, row by row; those with parameters are filled. */
export function drawNetwork({ layers }: NetworkSpec, language: Language): Drawing {
  const boxes = layers.map(
    ({ type, shape, parameters }): Box => ({
      type: labelText(type, language),
      shape: shapeText(shape),
      parameters: parameters > 0 ? formatCount(parameters, language) : undefined,
    }),
  );
  const width = Math.max(...boxes.flatMap((box) => linesOf(box).map((line) => textWidth(line, 12)))) + 26;
  const columns = Math.max(1, Math.floor((widest + gap) / (width + gap)));
  const place = (k: number) => ({
    x: (k % columns) * (width + gap),
    y: Math.floor(k / columns) * (height + rowGap),
  });
  const rows = Math.ceil(boxes.length / columns);
  const total = {
    width: Math.min(boxes.length, columns) * (width + gap),
    height: rows * (height + rowGap) - rowGap + 2,
  };
  const drawn = boxes.map((box, k) => {
    const { x, y } = place(k);
    const arrow = k < boxes.length - 1 ? arrowAfter(x + width, y + height / 2) : undefined;
    return markup`${boxAt(box, x, y + 1, width)}${arrow}\n`;
  });
  const svg = markup`<svg xmlns="http://www.w3.org/2000/svg" width="${total.width}" height="${total.height}" viewBox="0 0 ${total.width} ${total.height}" font-family="${fontFamily}" font-size="12">
${drawn}</svg>`;
  return { svg: svg.text, ...total };
}

function boxAt(box: Box, x: number, y: number, width: number): Markup {
  const look = box.parameters ? [color("training"), "0.12"] : [color("axis"), "0"];
  const [type, shape, parameters] = linesOf(box);
  const middle = x + width / 2;
  const line = (text: string | undefined, at: number, role: "ink" | "muted", weight = "normal") =>
    text === undefined
      ? undefined
      : markup`<text x="${middle}" y="${y + at}" text-anchor="middle" font-weight="${weight}" fill="${color(role)}">${text}</text>`;
  return markup`<rect x="${x + 1}" y="${y}" width="${width - 2}" height="${height}" rx="4" fill="${look[0]}" fill-opacity="${look[1]}" stroke="${look[0]}"/>${line(type, parameters ? 18 : 27, "ink", "bold")}${line(shape, parameters ? 36 : 45, "ink")}${line(parameters, 53, "muted")}`;
}

function linesOf({ type, shape, parameters }: Box): string[] {
  return [type, shape, ...(parameters ? [parameters] : [])];
}

function arrowAfter(x: number, y: number): Markup {
  const end = x + gap - 4;
  return markup`<path d="M${x + 4},${y}H${end}m-5,-4l5,4l-5,4" fill="none" stroke="${color("muted")}"/>`;
}

function shapeText(shape: readonly (number | null)[]): string {
  return shape.map((size) => size ?? "?").join("×");
}

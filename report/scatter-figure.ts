/** @file Points in the plane by class, drawn without a chart library: thousands of dots are one path per class. */
import { ArgumentError, ShapeError } from "../engine/errors.ts";
import { roundTicks, textWidth } from "./axis.ts";
import type { ScatterSpec } from "./figure-spec.ts";
import { formatTick } from "./format.ts";
import { labelText } from "./label.ts";
import type { Language } from "./language.ts";
import { type Markup, markup } from "./markup.ts";
import { color } from "./palette.ts";
import { type Drawing, fontFamily } from "./vega.ts";

/** Ten hues of middle lightness, for light pages and dark ones; neighbours in the list are far apart. */
const hues = [
  "#3b7dd8",
  "#e07b1f",
  "#2f9e56",
  "#d0393e",
  "#8a63c7",
  "#8c6d4f",
  "#d96bb0",
  "#7f858c",
  "#b3a312",
  "#22a6b8",
] as const;

const plot = { width: 480, height: 400 };
const margin = { left: 52, top: 12, bottom: 26 };
/** more room where an axis has a title */
const titled = { top: 40, bottom: 46 };
const fontSize = 12;

/** Draws the points with a legend, and the name of each class at the median of its points. */
export function drawScatter(spec: ScatterSpec, language: Language): Drawing {
  const { points, labels } = spec;
  const classes = spec.classes.map((name) => labelText(name, language));
  const [xTitle, yTitle] = [labelText(spec.axes.x, language), labelText(spec.axes.y, language)];
  if (points.length !== 2 * labels.length || labels.length === 0) {
    throw new ShapeError(`report: ${points.length} coordinates for ${labels.length} labels.`);
  }
  if (classes.length > hues.length) {
    throw new ArgumentError(`report: a scatter has at most ${hues.length} classes, got ${classes.length}.`);
  }
  const [x, y] = [axisOf(points, 0, plot.width), axisOf(points, 1, plot.height)];
  const place = (i: number) => [x.at(points[2 * i]!), plot.height - y.at(points[2 * i + 1]!)] as const;
  const members = classes.map((_, k) => Array.from(labels).flatMap((label, i) => (label === k ? [i] : [])));
  const dot = labels.length > 2000 ? 3.2 : 4.5;
  const dots = members.map(
    (indices, k) =>
      markup`<path d="${indices.map((i) => dotAt(place(i))).join("")}" stroke="${hues[k]}" stroke-width="${dot}" stroke-linecap="round" stroke-opacity="0.65" fill="none"/>\n`,
  );
  const names = members.flatMap((indices, k) =>
    indices.length === 0 ? [] : [name(classes[k]!, indices.map(place))],
  );
  const width =
    margin.left + plot.width + 24 + 20 + Math.max(...classes.map((text) => textWidth(text, fontSize)));
  const top = yTitle ? titled.top : margin.top;
  const height = top + plot.height + (xTitle ? titled.bottom : margin.bottom);
  const svg = markup`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${fontFamily}" font-size="${fontSize}">
<text x="0" y="16" fill="${color("muted")}">${yTitle}</text>
<text x="${margin.left + plot.width / 2}" y="${height - 6}" text-anchor="middle" fill="${color("muted")}">${xTitle}</text>
<g transform="translate(${margin.left},${top})">
${x.ticks.map((tick) => gridLine(x.at(tick), formatTick(tick, language), "vertical"))}${y.ticks.map((tick) => gridLine(plot.height - y.at(tick), formatTick(tick, language), "horizontal"))}${dots}${names}${classes.map(legendRow)}</g>
</svg>`;
  return { svg: svg.text, width, height };
}

/** Where values lie on an axis of so many pixels that holds them all. */
function axisOf(points: Float32Array, coordinate: 0 | 1, pixels: number) {
  const values = points.filter((_, i) => i % 2 === coordinate);
  if (!values.every(Number.isFinite))
    throw new ArgumentError("report: a scatter has a point that is not finite.");
  const [low, high] = values.reduce(([least, most], v) => [Math.min(least, v), Math.max(most, v)], [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ] as [number, number]);
  const pad = 0.03 * (high - low) || 1;
  const at = (value: number) => (pixels * (value - low + pad)) / (high - low + 2 * pad);
  const ticks = roundTicks(low, high, 5).filter((tick) => at(tick) >= 0 && at(tick) <= pixels);
  return { at, ticks };
}

/** A stroke of almost no length with round ends is a dot. */
function dotAt([x, y]: readonly [number, number]): string {
  return `M${x.toFixed(1)} ${y.toFixed(1)}h.01`;
}

function name(text: string, places: readonly (readonly [number, number])[]): Markup {
  const [x, y] = [median(places.map(([x]) => x)), median(places.map(([, y]) => y))];
  return markup`<text x="${x.toFixed(1)}" y="${(y + 5).toFixed(1)}" text-anchor="middle" font-size="15" font-weight="bold" fill="${color("ink")}" stroke="${color("surface")}" stroke-width="3" paint-order="stroke">${text}</text>\n`;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function gridLine(at: number, tick: string, direction: "vertical" | "horizontal"): Markup {
  const line =
    direction === "vertical"
      ? markup`<path d="M${at.toFixed(1)} 0v${plot.height}" stroke="${color("hairline")}"/>`
      : markup`<path d="M0 ${at.toFixed(1)}h${plot.width}" stroke="${color("hairline")}"/>`;
  const text =
    direction === "vertical"
      ? markup`<text x="${at.toFixed(1)}" y="${plot.height + 18}" text-anchor="middle" fill="${color("muted")}">${tick}</text>`
      : markup`<text x="-8" y="${(at + 4).toFixed(1)}" text-anchor="end" fill="${color("muted")}">${tick}</text>`;
  return markup`${line}${text}\n`;
}

function legendRow(text: string, k: number): Markup {
  const y = 10 + 20 * k;
  return markup`<circle cx="${plot.width + 24}" cy="${y}" r="5" fill="${hues[k]}"/><text x="${plot.width + 36}" y="${y + 4}" fill="${color("ink")}">${text}</text>\n`;
}

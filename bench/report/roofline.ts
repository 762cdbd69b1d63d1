/**
 * @file The roofline of an adapter: how much arithmetic a kernel does for each byte against how fast it does it, both on
 * logarithmic axes, under the ceilings of bandwidth (slanted) and arithmetic (level). S. Williams, A. Waterman, D. Patterson,
 * "Roofline: an insightful visual performance model", CACM 52 (4), 2009.
 */
import { ArgumentError } from "../../engine/errors.ts";
import { textWidth } from "../../report/axis.ts";
import { formatShort } from "../../report/format.ts";
import { color, type Role } from "../../report/palette.ts";
import { type Drawing, drawChart } from "../../report/vega.ts";
import type { BenchResult } from "../../runner/speed/result.ts";
import type { Row } from "../../runner/speed/row.ts";
import { type Box, type Pixel, placeLabels } from "./place-labels.ts";

const plot = { width: 900, height: 560 };
const margins = { left: 52, top: 54, right: 24, bottom: 46 };
const labelSize = 10.5;

/** A row in the picture. */
interface Point {
  readonly label: string;
  /** FLOP per byte */
  readonly x: number;
  /** GFLOP/s */
  readonly y: number;
  readonly group: Group;
  readonly description: string;
}

interface Group {
  readonly title: string;
  readonly role: Role;
  readonly shape: string;
}

const groups = {
  steps: { title: "training steps", role: "test", shape: "diamond" },
  kernels: { title: "kernels", role: "training", shape: "circle" },
  naive: { title: "naive kernels", role: "validation", shape: "triangle-up" },
} as const satisfies Record<string, Group>;

interface Ceiling {
  readonly text: string;
  readonly dashed: boolean;
  readonly kind: "arithmetic" | "bandwidth";
  /** GFLOP/s or GB/s */
  readonly rate: number;
  /** FLOP per byte where the line ends, or for arithmetic begins */
  readonly ridge: number;
}

/** Rows that have a place in the picture: those whose arithmetic and traffic are known. */
export function drawable({ gflops, gbytes_per_s }: Row): boolean {
  return gflops > 0 && gbytes_per_s > 0;
}

/** Throws ArgumentError if no row can be drawn. */
export async function roofline({ rows, ceilings }: Pick<BenchResult, "rows" | "ceilings">): Promise<Drawing> {
  const points = rows.filter(drawable).map(pointOf);
  if (points.length === 0)
    throw new ArgumentError(
      "bench:report: no row of the file has FLOPs and bytes, so there is nothing to draw.",
    );
  const lines = ceilingLines(ceilings);
  const axes = axesOf(points, ceilings);
  const encoding = encodingOf(axes);
  const layer = [
    ...lines.flatMap((line) => ceilingLayers(line, axes, encoding)),
    ...labelLayers(points, lines, axes, encoding),
    ...Object.values(groups).map((group) => pointLayer(points, group, encoding)),
    ...legend(points),
  ];
  return drawChart({ ...plot, margins }, { layer });
}

function pointOf(row: Row): Point {
  const { suite, workload, batch, variant, gflops, gbytes_per_s, ceiling_fraction } = row;
  const label = suite === "steps" ? `${workload}:${batch}` : `${workload} ${variant}`.trim();
  const intensity = gflops / gbytes_per_s;
  const description = `${label}: ${formatShort(gflops)} GFLOP/s, ${formatShort(intensity)} FLOP per byte, ${Math.round(100 * ceiling_fraction)} % of its ceiling`;
  const group = suite === "steps" ? groups.steps : variant === "naive" ? groups.naive : groups.kernels;
  return { label, x: intensity, y: gflops, group, description };
}

function ceilingLines({
  f32GigaFlops,
  f16GigaFlops,
  kernelGigabytes,
  copyGigabytes,
}: BenchResult["ceilings"]): Ceiling[] {
  const bandwidth = (text: string, rate: number, dashed: boolean): Ceiling => {
    const ridge = f32GigaFlops / rate;
    return { text: `${text} ${formatShort(rate)} GB/s`, dashed, kind: "bandwidth", rate, ridge };
  };
  const arithmetic = (text: string, rate: number, dashed: boolean): Ceiling => {
    const ridge = rate / kernelGigabytes;
    return { text: `${text} ${formatShort(rate)} GFLOP/s`, dashed, kind: "arithmetic", rate, ridge };
  };
  return [
    bandwidth("kernel bandwidth", kernelGigabytes, false),
    bandwidth("buffer copies", copyGigabytes, true),
    arithmetic("f32", f32GigaFlops, false),
    ...(f16GigaFlops ? [arithmetic("f16", f16GigaFlops, true)] : []),
  ];
}

interface Axes {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** Room of a factor two around the points, the ridge and the peaks. */
function axesOf(
  points: readonly Point[],
  { f32GigaFlops, f16GigaFlops = 0, kernelGigabytes }: BenchResult["ceilings"],
): Axes {
  const xs = [...points.map(({ x }) => x), (4 * f32GigaFlops) / kernelGigabytes];
  const ys = [...points.map(({ y }) => y), f32GigaFlops, f16GigaFlops || f32GigaFlops];
  return {
    x: [Math.min(...xs) / 2, Math.max(...xs) * 2],
    y: [Math.min(...ys) / 2, Math.max(...ys) * 2],
  };
}

const log = Math.log10;

function toPixels({ x, y }: Axes, intensity: number, rate: number): Pixel {
  return {
    x: (plot.width * log(intensity / x[0])) / log(x[1] / x[0]),
    y: (plot.height * log(y[1] / rate)) / log(y[1] / y[0]),
  };
}

function toValues({ x, y }: Axes, pixel: Pixel) {
  return {
    x: x[0] * (x[1] / x[0]) ** (pixel.x / plot.width),
    y: y[1] * (y[0] / y[1]) ** (pixel.y / plot.height),
  };
}

function encodingOf({ x, y }: Axes) {
  const axis = (domain: readonly [number, number], title: string, more: object) => ({
    type: "quantitative",
    scale: { type: "log", domain, nice: false },
    axis: { values: decades(domain), labelExpr: "'' + datum.value", title, ...more },
  });
  const above = { titleAngle: 0, titleAlign: "left", titleX: -44, titleY: -12, titleBaseline: "bottom" };
  return {
    x: {
      field: "x",
      ...axis(x, "arithmetic intensity: floating-point operations per byte read or written", {}),
    },
    y: { field: "y", ...axis(y, "GFLOP/s", above) },
  };
}

/** Powers of ten within a domain; with 2 and 5 between them where there are few. */
function decades([low, high]: readonly [number, number]): number[] {
  const [first, last] = [Math.floor(log(low)), Math.ceil(log(high))];
  const steps = last - first > 3 ? [1] : [1, 2, 5];
  return Array.from({ length: last - first + 1 }, (_, i) => i)
    .flatMap((i) => steps.map((step) => Number((step * 10 ** (first + i)).toPrecision(3))))
    .filter((value) => value >= low && value <= high);
}

type Encoding = ReturnType<typeof encodingOf>;

/** Both ends of a ceiling's line in the plot, in pixels. */
function ends({ kind, rate, ridge }: Ceiling, axes: Axes) {
  if (kind === "arithmetic") return [toPixels(axes, ridge, rate), toPixels(axes, axes.x[1], rate)] as const;
  const start = Math.max(axes.x[0], axes.y[0] / rate);
  return [toPixels(axes, start, start * rate), toPixels(axes, ridge, ridge * rate)] as const;
}

/** The line and what it is: at its right end, along its upper part, or below its left end. */
function ceilingLayers(ceiling: Ceiling, axes: Axes, encoding: Encoding): object[] {
  const [start, end] = ends(ceiling, axes);
  const level = ceiling.kind === "arithmetic";
  const below = level && ceiling.dashed;
  const at = below ? start : level ? end : between(start, end, textAt);
  const slope = (Math.atan2(end.y - start.y, end.x - start.x) * 180) / Math.PI;
  const line = { type: "line", aria: false, strokeWidth: 1.5, color: color(ceiling.dashed ? "axis" : "ink") };
  const text = {
    type: "text",
    aria: false,
    text: ceiling.text,
    angle: slope,
    align: below ? "left" : level ? "right" : "center",
    baseline: below ? "top" : "bottom",
    dx: below ? 12 : 0,
    dy: below ? 4 : -4,
    fontSize: 12,
    color: color(ceiling.dashed ? "muted" : "ink"),
  };
  return [
    {
      data: { values: [start, end].map((pixel) => toValues(axes, pixel)) },
      mark: ceiling.dashed ? { ...line, strokeDash: [5, 4] } : line,
      encoding,
    },
    { data: { values: [toValues(axes, at)] }, mark: text, encoding },
  ];
}

const textAt = 0.75; // of a slanted line's length

function between(a: Pixel, b: Pixel, part: number): Pixel {
  return { x: a.x + part * (b.x - a.x), y: a.y + part * (b.y - a.y) };
}

/** Where no label shall be: along the line, and above or below it where its text is. */
function obstaclesOf(ceiling: Ceiling, axes: Axes): Box[] {
  const [start, end] = ends(ceiling, axes);
  const length = Math.hypot(end.x - start.x, end.y - start.y);
  const pieces = Math.ceil(length / 4);
  const half = textWidth(ceiling.text, 12) / 2 / length;
  const [from, to] = ceiling.kind === "bandwidth" ? [textAt - half, textAt + half] : [0, 1];
  return Array.from({ length: pieces + 1 }, (_, i) => {
    const { x, y } = between(start, end, i / pieces);
    const hasText = i / pieces >= from && i / pieces <= to;
    const [above, below] = !hasText
      ? [3, 3]
      : ceiling.kind === "arithmetic" && ceiling.dashed
        ? [3, 20]
        : [22, 3];
    return { left: x - 2, top: y - above, width: 4, height: above + below };
  });
}

/** The names of the points, with lines to those that had to move away. */
function labelLayers(
  points: readonly Point[],
  lines: readonly Ceiling[],
  axes: Axes,
  encoding: Encoding,
): object[] {
  const pixels = points.map(({ x, y, label }) => ({
    ...toPixels(axes, x, y),
    width: textWidth(label, labelSize),
  }));
  const obstacles = lines.flatMap((line) => obstaclesOf(line, axes));
  const places = placeLabels(pixels, plot, obstacles);
  const leaders = points.flatMap(({ x, y }, i) => {
    const { leader } = places[i]!;
    if (!leader) return [];
    const end = toValues(axes, leader);
    return [{ x, y, toX: end.x, toY: end.y }];
  });
  return [
    {
      data: { values: leaders },
      mark: { type: "rule", aria: false, color: color("axis"), strokeWidth: 0.75 },
      encoding: { ...encoding, x2: { field: "toX" }, y2: { field: "toY" } },
    },
    ...(["left", "right"] as const).map((align) => ({
      data: {
        values: points.flatMap(({ label, group }, i) =>
          places[i]!.align === align
            ? [{ ...toValues(axes, places[i]!), label, fill: color(group.role) }]
            : [],
        ),
      },
      mark: { type: "text", aria: false, align, baseline: "middle", fontSize: labelSize },
      encoding: {
        ...encoding,
        text: { field: "label" },
        color: { field: "fill", type: "nominal", scale: null },
      },
    })),
  ];
}

function pointLayer(points: readonly Point[], group: Group, encoding: Encoding): object {
  return {
    data: { values: points.filter((point) => point.group === group) },
    mark: { type: "point", filled: true, opacity: 1, size: 46, shape: group.shape, color: color(group.role) },
    encoding: { ...encoding, description: { field: "description" } },
  };
}

/** The groups that occur, in a line above the plot. */
function legend(points: readonly Point[]): object[] {
  let x = 90;
  return Object.values(groups)
    .filter((group) => points.some((point) => point.group === group))
    .flatMap((group) => {
      const place = { x: { value: x }, y: { value: -20 } };
      x += 34 + textWidth(group.title, 12);
      const data = { values: [{}] };
      const mark = { aria: false, color: color(group.role) };
      return [
        {
          data,
          mark: { ...mark, type: "point", filled: true, opacity: 1, size: 46, shape: group.shape },
          encoding: place,
        },
        {
          data,
          mark: {
            ...mark,
            type: "text",
            text: group.title,
            align: "left",
            baseline: "middle",
            dx: 9,
            fontSize: 12,
          },
          encoding: place,
        },
      ];
    });
}

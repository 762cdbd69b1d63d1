/** @file Curves, by epoch for example, each labelled at its end. */

import { ArgumentError } from "../engine/errors.ts";
import { roundTicks, spreadApart, textWidth, wholeTicks } from "./axis.ts";
import type { LinesSpec } from "./figure-spec.ts";
import { formatPercent, formatShort, formatTick } from "./format.ts";
import { labelText } from "./label.ts";
import type { Language } from "./language.ts";
import { color, type Role } from "./palette.ts";
import { type Drawing, drawChart, writtenTicks } from "./vega.ts";

interface LineSeries {
  readonly name: string;
  readonly role: Role;
  readonly dashed?: boolean;
  readonly points: LinesSpec["series"][number]["points"];
}

/** A chart with its labels as text. */
interface LineChart {
  readonly xTitle: string;
  readonly yTitle: string;
  readonly series: readonly LineSeries[];
  readonly reference: { readonly name: string; readonly y: number } | undefined;
  /** a y value as text, for labels and tooltips */
  readonly format: (y: number) => string;
}

const plot = { width: 262, height: 224 };
const labelSize = 12;
const shapes = ["circle", "square", "diamond", "triangle-up", "cross"];

/** Draws the curves with the y axis starting at 0 (below it, if values are negative). */
export async function drawLines(spec: LinesSpec, language: Language): Promise<Drawing> {
  const chart = inWords(spec, language);
  const logarithmic = spec.xScale === "log";
  const curves = chart.series
    .map((series) => ({ ...series, points: fromLeft(series.points) }))
    .filter((series) => series.points.length > 0);
  const points = curves.flatMap((series) => series.points);
  if (points.length === 0) throw new ArgumentError(`report: no finite point for a chart of ${chart.yTitle}.`);
  const values = [...points.map((point) => point.y), ...(chart.reference ? [chart.reference.y] : [])];
  const top = Math.max(0, ...values) || 1;
  const ticks = roundTicks(Math.min(0, ...values), top, 5);
  const yDomain = [ticks[0]!, top] as const;
  const yTicks = ticks.filter((tick) => tick <= top);
  const xDomain = [Math.min(...points.map(({ x }) => x)), Math.max(...points.map(({ x }) => x))] as const;
  const labels = endLabels(chart, curves, yDomain);
  const margins = {
    left: 16 + Math.max(...yTicks.map((tick) => textWidth(formatTick(tick, language), 12))),
    top: 30,
    right: 14 + Math.max(...labels.map((label) => textWidth(label.text, labelSize))),
    bottom: 44,
  };
  const x = {
    field: "x",
    type: "quantitative",
    scale: { domain: xDomain, nice: false, ...(logarithmic ? { type: "log" } : { zero: false }) },
    axis: {
      ...writtenTicks(
        logarithmic ? [...new Set(points.map((point) => point.x))] : xTicks(points, xDomain),
        language,
      ),
      grid: false,
      title: chart.xTitle,
    },
  };
  const y = {
    field: "y",
    type: "quantitative",
    scale: { domain: yDomain, nice: false },
    axis: { ...writtenTicks(yTicks, language), title: chart.yTitle, ...titleAbove(margins.left) },
  };
  const end = { x: { value: plot.width }, y };
  return drawChart(
    { ...plot, margins },
    {
      layer: [
        referenceLayer(chart, y),
        ...curves.flatMap((series, i) => curveLayers(chart, series, shapes[i % shapes.length]!, x, y)),
        ...labels.map((label) => ({
          data: { values: [{ y: label.y }] },
          mark: { type: "text", aria: false, text: label.text, align: "left", baseline: "middle", dx: 12 },
          encoding: {
            ...end,
            color: { value: color(label.role) },
            size: { value: labelSize },
          },
        })),
      ].flat(),
    },
  );
}

function inWords(spec: LinesSpec, language: Language): LineChart {
  const { axes, series, reference, percent } = spec;
  return {
    xTitle: labelText(axes.x, language),
    yTitle: labelText(axes.y, language),
    series: series.map((entry) => ({ ...entry, name: labelText(entry.name, language) })),
    reference: reference && { name: labelText(reference.name, language), y: reference.y },
    format: (y) =>
      percent === undefined ? formatShort(y, language) : formatPercent(y / 100, percent, language),
  };
}

/** The labels stand at the last point, so that must be the rightmost. */
function fromLeft(points: LineSeries["points"]): LineSeries["points"] {
  return points.filter(({ y }) => Number.isFinite(y)).sort((a, b) => a.x - b.x);
}

function xTicks(points: LineSeries["points"], [low, high]: readonly [number, number]): number[] {
  if (points.every((point) => Number.isInteger(point.x))) return wholeTicks(low, high, 10);
  return roundTicks(low, high, 5).filter((tick) => tick >= low && tick <= high);
}

function curveLayers(chart: LineChart, series: LineSeries, shape: string, x: object, y: object): object[] {
  const values = series.points.map((point) => ({
    ...point,
    description: `${series.name}, ${chart.xTitle} ${point.x}: ${chart.format(point.y)}`,
  }));
  return [
    {
      data: { values },
      mark: {
        type: "line",
        aria: false,
        strokeWidth: 2,
        strokeJoin: "round",
        color: color(series.role),
        ...(series.dashed ? { strokeDash: [5, 3] } : {}),
      },
      encoding: { x, y },
    },
    {
      data: { values },
      mark: {
        type: "point",
        filled: true,
        opacity: 1,
        size: series.points.length > 20 ? 10 : 30,
        shape,
        color: color(series.role),
      },
      encoding: { x, y, description: { field: "description" } },
    },
  ];
}

function referenceLayer(chart: LineChart, y: object): object[] {
  if (!chart.reference) return [];
  return [
    {
      data: { values: [{ y: chart.reference.y }] },
      mark: { type: "rule", aria: false, strokeDash: [5, 4], strokeWidth: 1.5, color: color("ink") },
      encoding: { y },
    },
  ];
}

/** Name and last value of each curve and the reference, moved apart where they would overlap. */
function endLabels(
  chart: LineChart,
  curves: readonly LineSeries[],
  [low, high]: readonly [number, number],
): { text: string; y: number; role: Role }[] {
  const ends = curves.map(({ name, role, points }) => ({ name, role, y: points.at(-1)!.y }));
  if (chart.reference) ends.push({ ...chart.reference, role: "ink" });
  const pixels = ends.map((end) => ((high - end.y) / (high - low)) * plot.height);
  const spread = spreadApart(pixels, labelSize + 4, 0, plot.height);
  return ends.map((end, i) => ({
    text: `${end.name} ${chart.format(end.y)}`,
    role: end.role,
    y: high - (spread[i]! / plot.height) * (high - low),
  }));
}

/** Axis title above the axis, in reading direction. */
function titleAbove(marginLeft: number): object {
  return { titleAngle: 0, titleAlign: "left", titleX: 4 - marginLeft, titleY: -16, titleBaseline: "bottom" };
}

/** @file ROC curves, whole or one corner of them. */

import { roundTicks, textWidth } from "./axis.ts";
import type { RocSpec } from "./figure-spec.ts";
import { formatFixed } from "./format.ts";
import { labelText } from "./label.ts";
import type { Language } from "./language.ts";
import { color } from "./palette.ts";
import { type Drawing, drawChart, writtenTicks } from "./vega.ts";

type RocSeries = RocSpec["series"][number];
type RocWindow = RocSpec["window"];

export const wholeSquare: RocWindow = { x: [0, 1], y: [0, 1] };
/** Where a good classifier's curves are, enlarged as in the source. */
export const upperLeftCorner: RocWindow = { x: [0, 0.2], y: [0.8, 1] };

interface Point {
  readonly x: number;
  readonly y: number;
}

const plot = { width: 270, height: 270 };
const fontSize = 12;
const lineHeight = 19;

/** The curves with the diagonal of guessing; a list at the right names them with the areas under them. */
export async function drawRoc({ axes, window, series }: RocSpec, language: Language): Promise<Drawing> {
  const labels = series.map(({ name, area }) => {
    const text = labelText(name, language);
    return area === null ? text : `${text}: ${formatFixed(area, 3, language)}`;
  });
  const margins = {
    left: 48,
    top: 30,
    right: 48 + Math.max(...labels.map((label) => textWidth(label, fontSize))),
    bottom: 44,
  };
  const x = {
    field: "x",
    type: "quantitative",
    scale: { domain: window.x, nice: false },
    axis: axis(window.x, labelText(axes.x, language), language),
  };
  const y = {
    field: "y",
    type: "quantitative",
    scale: { domain: window.y, nice: false },
    axis: {
      ...axis(window.y, labelText(axes.y, language), language),
      titleAngle: 0,
      titleAlign: "left",
      titleX: 4 - margins.left,
      titleY: -16,
      titleBaseline: "bottom",
    },
  };
  const line = (points: readonly Point[], look: object) => ({
    data: { values: points },
    mark: { type: "line", aria: false, ...look },
    encoding: { x, y, order: { field: "order", type: "quantitative" } },
  });
  const diagonal = inWindow(
    [
      { x: 0, y: 0 },
      { x: 1, y: 1 },
    ],
    window,
  );
  return drawChart(
    { ...plot, margins },
    {
      layer: [
        line(numbered(diagonal), { strokeWidth: 1, color: color("axis") }),
        ...series.map(({ points, role, dash }) =>
          line(numbered(points), {
            strokeWidth: 2,
            strokeJoin: "round",
            color: color(role),
            ...(dash ? { strokeDash: dash } : {}),
          }),
        ),
        ...series.flatMap((entry, k) => legendEntry(entry, labels[k]!, 8 + k * lineHeight)),
      ],
    },
  );
}

function axis(domain: readonly [number, number], title: string, language: Language) {
  return { ...writtenTicks(roundTicks(...domain, 5), language), title };
}

function legendEntry({ role, dash }: RocSeries, text: string, y: number): object[] {
  const left = plot.width + 14;
  return [
    {
      data: { values: [{}] },
      mark: {
        type: "rule",
        aria: false,
        strokeWidth: 2,
        color: color(role),
        ...(dash ? { strokeDash: dash } : {}),
      },
      encoding: { x: { value: left }, x2: { value: left + 20 }, y: { value: y } },
    },
    {
      data: { values: [{}] },
      mark: {
        type: "text",
        aria: false,
        text,
        align: "left",
        baseline: "middle",
        color: color("ink"),
        fontSize,
      },
      encoding: { x: { value: left + 26 }, y: { value: y } },
    },
  ];
}

/** The part of a rising line inside the window, cut at its borders. */
export function inWindow(points: readonly Point[], { x: [left, right], y: [low, high] }: RocWindow): Point[] {
  const inside: Point[] = [];
  points.forEach((to, i) => {
    const from = points[i - 1];
    if (!from) {
      if (to.x >= left && to.x <= right && to.y >= low && to.y <= high) inside.push(to);
      return;
    }
    const [width, height] = [to.x - from.x, to.y - from.y];
    const enter = Math.max(0, entryAt(left, from.x, width), entryAt(low, from.y, height));
    const leave = Math.min(1, exitAt(right, from.x, width), exitAt(high, from.y, height));
    if (enter > leave) return;
    const at = (t: number) => ({ x: from.x + t * width, y: from.y + t * height });
    if (inside.length === 0 && enter < 1) inside.push(at(enter));
    inside.push(at(leave));
  });
  return inside;
}

/** When a point that moves by `way` from `start` gets to the lower border: at once, if it is beyond. */
function entryAt(border: number, start: number, way: number): number {
  if (start >= border) return 0;
  return way === 0 ? Number.POSITIVE_INFINITY : (border - start) / way;
}

/** When it gets to the upper border: at infinity, if it never does. */
function exitAt(border: number, start: number, way: number): number {
  if (start > border) return Number.NEGATIVE_INFINITY;
  return way === 0 ? Number.POSITIVE_INFINITY : (border - start) / way;
}

/** Leaves out points that would fall on the pixel of the one before. */
export function thinned(points: readonly Point[], { x, y }: RocWindow): Point[] {
  let last: Point | undefined;
  return points.filter((point, i) => {
    const far =
      !last ||
      Math.abs(point.x - last.x) > (x[1] - x[0]) / plot.width ||
      Math.abs(point.y - last.y) > (y[1] - y[0]) / plot.height;
    if (!far && i < points.length - 1) return false;
    last = point;
    return true;
  });
}

function numbered(points: readonly Point[]) {
  return points.map((point, order) => ({ ...point, order }));
}

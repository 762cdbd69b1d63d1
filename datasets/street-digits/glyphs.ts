/** @file Turns centre lines into distance fields, from which a digit is drawn at any thickness in a few operations. */

import { type Font, fonts } from "./fonts.ts";

/**
 * A digit as a map of distances to its centre line, in font units (digit height 100), each distance divided by how thick
 * the stroke is there: at a distance below the pen's radius there is paint.
 */
export interface Glyph {
  /** [fieldRows, fieldColumns] */
  readonly distances: Float32Array;
  /** outermost points of the centre line */
  readonly left: number;
  readonly right: number;
}

/** Extent of every distance field in font units, beyond the digit by more than the thickest pen. */
const fieldLeft = -30;
const fieldTop = -30;
const fieldColumns = 62;
const fieldRows = 82;
const cell = 2;

/** Line from (x, y) to (x + dx, y + dy), and its thickness relative to the pen's. */
interface Segment {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  readonly weight: number;
}

type Point = readonly [x: number, y: number];

const curveSteps = 8;

const glyphs = new Map<string, Glyph>();

/** The glyph of a digit 0 to 9 in font number `font`; made on first use. */
export function glyphOf(font: number, digit: number): Glyph {
  const key = `${font}:${digit}`;
  let glyph = glyphs.get(key);
  if (!glyph) {
    glyph = makeGlyph(fonts[font]!, digit);
    glyphs.set(key, glyph);
  }
  return glyph;
}

/** Distance at a point in font units, interpolated; far outside the field a large number. */
export function distanceAt({ distances }: Glyph, x: number, y: number): number {
  const column = (x - fieldLeft) / cell;
  const row = (y - fieldTop) / cell;
  if (!(column >= 0 && row >= 0 && column < fieldColumns - 1 && row < fieldRows - 1)) return 1000;
  const i = Math.floor(column);
  const j = Math.floor(row);
  const at = j * fieldColumns + i;
  const top = distances[at]! + (column - i) * (distances[at + 1]! - distances[at]!);
  const below = at + fieldColumns;
  const bottom = distances[below]! + (column - i) * (distances[below + 1]! - distances[below]!);
  return top + (row - j) * (bottom - top);
}

function makeGlyph(font: Font, digit: number): Glyph {
  const segments = flatten(font.digits[digit]!, font.contrast);
  const xs = segments.flatMap(({ x, dx }) => [x, x + dx]);
  const square = font.pen === "square";
  const distances = new Float32Array(fieldRows * fieldColumns);
  for (let j = 0; j < fieldRows; j++) {
    for (let i = 0; i < fieldColumns; i++) {
      const x = fieldLeft + i * cell;
      const y = fieldTop + j * cell;
      let nearest = Number.POSITIVE_INFINITY;
      for (const segment of segments) nearest = Math.min(nearest, distanceTo(segment, x, y, square));
      distances[j * fieldColumns + i] = nearest;
    }
  }
  return { distances, left: Math.min(...xs), right: Math.max(...xs) };
}

/** Distance from a point to a segment over the segment's weight; a square pen reaches further into its corners. */
function distanceTo(segment: Segment, px: number, py: number, square: boolean): number {
  const { x, y, dx, dy, weight } = segment;
  const along = ((px - x) * dx + (py - y) * dy) / (dx * dx + dy * dy);
  const t = Math.min(1, Math.max(0, along));
  const ex = Math.abs(px - x - t * dx);
  const ey = Math.abs(py - y - t * dy);
  const round = Math.sqrt(ex * ex + ey * ey);
  const beyondEnd = t !== along;
  return (square && beyondEnd ? 0.8 * Math.max(ex, ey) + 0.2 * round : round) / weight;
}

/** Path data as line segments. */
function flatten(path: string, contrast: number): Segment[] {
  const segments: Segment[] = [];
  let start: Point = [0, 0];
  let pen: Point = [0, 0];
  const lineTo = (to: Point) => {
    const [dx, dy] = [to[0] - pen[0], to[1] - pen[1]];
    const length = Math.sqrt(dx * dx + dy * dy);
    if (length > 0)
      segments.push({ x: pen[0], y: pen[1], dx, dy, weight: 1 - (contrast * Math.abs(dx)) / length });
    pen = to;
  };
  for (const [, command, numbers] of path.matchAll(/([MLQCZ])([^MLQCZ]*)/g)) {
    const values = (numbers ?? "").trim().split(/\s+/).map(Number);
    const points = Array.from(
      { length: values.length >> 1 },
      (_, i): Point => [values[2 * i]!, values[2 * i + 1]!],
    );
    if (command === "M") start = pen = points[0]!;
    else if (command === "Z") lineTo(start);
    else if (command === "L") for (const point of points) lineTo(point);
    else for (const point of curve([pen, ...points])) lineTo(point);
  }
  return segments;
}

/** Points on a Bézier curve of any degree by de Casteljau's repeated interpolation, without the first. */
function curve(control: readonly Point[]): Point[] {
  return Array.from({ length: curveSteps }, (_, step) => {
    const t = (step + 1) / curveSteps;
    let points = control;
    while (points.length > 1) {
      points = points.slice(1).map((to, i): Point => {
        const from = points[i]!;
        return [from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])];
      });
    }
    return points[0]!;
  });
}

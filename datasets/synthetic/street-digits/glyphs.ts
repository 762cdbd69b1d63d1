/** @file Turns centre lines into distance fields, from which a digit is drawn at any thickness in a few operations. */

import { flattenPath, type Line } from "../drawing/paths.ts";
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

/** A line of the path, and its thickness relative to the pen's. */
interface Segment extends Line {
  readonly weight: number;
}

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
  const segments = weighLines(font.digits[digit]!, font.contrast);
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

/** Path data as lines, horizontal ones thinner by the contrast. */
function weighLines(path: string, contrast: number): Segment[] {
  return flattenPath(path).map((line) => {
    const { dx, dy } = line;
    return { ...line, weight: 1 - (contrast * Math.abs(dx)) / Math.sqrt(dx * dx + dy * dy) };
  });
}

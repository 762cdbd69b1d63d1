/** @file How much of each pixel the strokes or the inside of a path cover. */

import type { Line } from "./paths.ts";

/** Scan lines per row of pixels. */
const scanLines = 4;

/** Coverage 0 to 1 of the pixels within closed contours, [size, size]; where contours overlap, every other one counts. */
export function fillLines(lines: readonly Line[], size: number): Float32Array {
  const coverage = new Float32Array(size * size);
  for (let scan = 0; scan < size * scanLines; scan++) {
    const y = (scan + 0.5) / scanLines;
    const crossings: number[] = [];
    for (const { x, y: from, dx, dy } of lines) {
      if (from <= y !== from + dy <= y) crossings.push(x + (dx * (y - from)) / dy);
    }
    crossings.sort((a, b) => a - b);
    const row = Math.floor(scan / scanLines) * size;
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      addSpan(coverage, row, size, crossings[i]!, crossings[i + 1]!);
    }
  }
  return coverage;
}

function addSpan(coverage: Float32Array, row: number, size: number, left: number, right: number): void {
  const last = Math.min(size - 1, Math.floor(right));
  for (let column = Math.max(0, Math.floor(left)); column <= last; column++) {
    const length = Math.min(right, column + 1) - Math.max(left, column);
    coverage[row + column]! += length / scanLines;
  }
}

/** Coverage 0 to 1 of the pixels under a round pen, [size, size]; its radius in pixels may change from line to line. */
export function strokeLines(
  lines: readonly Line[],
  size: number,
  radiusOf: (line: number) => number,
): Float32Array {
  const coverage = new Float32Array(size * size);
  const clip = (value: number) => Math.min(size - 1, Math.max(0, Math.floor(value)));
  lines.forEach((line, i) => {
    const { x, y, dx, dy } = line;
    const radius = radiusOf(i);
    const reach = radius + 1;
    for (let row = clip(Math.min(y, y + dy) - reach); row <= clip(Math.max(y, y + dy) + reach); row++) {
      for (
        let column = clip(Math.min(x, x + dx) - reach);
        column <= clip(Math.max(x, x + dx) + reach);
        column++
      ) {
        const at = row * size + column;
        const ink = 0.5 + radius - distanceTo(line, column + 0.5, row + 0.5);
        coverage[at] = Math.max(coverage[at]!, Math.min(1, ink));
      }
    }
  });
  return coverage;
}

function distanceTo({ x, y, dx, dy }: Line, px: number, py: number): number {
  const along = ((px - x) * dx + (py - y) * dy) / (dx * dx + dy * dy);
  const t = Math.min(1, Math.max(0, along));
  const ex = px - x - t * dx;
  const ey = py - y - t * dy;
  return Math.sqrt(ex * ex + ey * ey);
}

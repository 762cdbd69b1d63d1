/** @file Where a drawn thing lies in the image: turned, slanted, stretched, moved. */

import type { Draws } from "./draws.ts";
import type { Line, Point, Warp } from "./paths.ts";

export interface Rotation {
  readonly cos: number;
  readonly sin: number;
}

/**
 * A rotation from the tangent of half its angle, up to `limit` either way, small angles more often: exact arithmetic on
 * every machine, where sine and cosine are not.
 */
export function drawRotation(draws: Draws, limit: number): Rotation {
  const tangent = draws.around(limit);
  const square = tangent * tangent;
  return { cos: (1 - square) / (1 + square), sin: (2 * tangent) / (1 + square) };
}

export function rotate({ cos, sin }: Rotation, [x, y]: Point): Point {
  return [cos * x - sin * y, sin * x + cos * y];
}

/** Moves every point a little on its own, as a hand does. */
export function jitter(draws: Draws, limit: number): Warp {
  return ([x, y]) => [x + draws.around(limit), y + draws.around(limit)];
}

/** The lines moved so that the middle of their box lies at `centre`, and scaled so that its longer side is `extent`. */
export function fitLines(lines: readonly Line[], centre: Point, extent: number): Line[] {
  const xs = lines.flatMap(({ x, dx }) => [x, x + dx]);
  const ys = lines.flatMap(({ y, dy }) => [y, y + dy]);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const scale = extent / Math.max(right - left, bottom - top);
  return lines.map(({ x, y, dx, dy }) => ({
    x: centre[0] + scale * (x - (left + right) / 2),
    y: centre[1] + scale * (y - (top + bottom) / 2),
    dx: scale * dx,
    dy: scale * dy,
  }));
}

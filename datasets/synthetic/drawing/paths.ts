/** @file Path data as in SVG, turned into short lines. Only polynomials, no sines: every machine draws the same bits. */

export type Point = readonly [x: number, y: number];

/** Line from (x, y) to (x + dx, y + dy), longer than nothing. */
export interface Line {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

/** Moves a point of a path, control points of curves included. */
export type Warp = (point: Point) => Point;

const curveSteps = 8;

/** Lines of path data: M move, L line, Q and C Bézier curves, Z close; absolute coordinates. */
export function flattenPath(path: string, warp: Warp = (point) => point): Line[] {
  const lines: Line[] = [];
  let start: Point = [0, 0];
  let pen: Point = [0, 0];
  const lineTo = (to: Point) => {
    const [dx, dy] = [to[0] - pen[0], to[1] - pen[1]];
    if (dx !== 0 || dy !== 0) lines.push({ x: pen[0], y: pen[1], dx, dy });
    pen = to;
  };
  for (const [, command, numbers] of path.matchAll(/([MLQCZ])([^MLQCZ]*)/g)) {
    const values = (numbers ?? "").trim().split(/\s+/).map(Number);
    const points = Array.from({ length: values.length >> 1 }, (_, i) =>
      warp([values[2 * i]!, values[2 * i + 1]!]),
    );
    if (command === "M") start = pen = points[0]!;
    else if (command === "Z") lineTo(start);
    else if (command === "L") for (const point of points) lineTo(point);
    else for (const point of curve([pen, ...points])) lineTo(point);
  }
  return lines;
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

import { describe, expect, it } from "vitest";
import { drawRotation, fitLines, rotate } from "../../../datasets/synthetic/drawing/affine.ts";
import { Draws } from "../../../datasets/synthetic/drawing/draws.ts";
import { flattenPath } from "../../../datasets/synthetic/drawing/paths.ts";
import { fillLines, strokeLines } from "../../../datasets/synthetic/drawing/raster.ts";

const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);

describe("flattenPath", () => {
  it("follows lines, curves and the way back to the start", () => {
    const lines = flattenPath("M0 0 L4 0 Q8 0 8 4 Z");
    expect(lines.length).toBe(1 + 8 + 1);
    expect(lines[0]).toEqual({ x: 0, y: 0, dx: 4, dy: 0 });
    // A quadratic curve at t = 1/2 is (start + 2 control + end) / 4.
    expect([lines[5]!.x, lines[5]!.y]).toEqual([7, 1]);
    expect(lines.at(-1)).toEqual({ x: 8, y: 4, dx: -8, dy: -4 });
  });

  it("warps control points too, and leaves out lines without length", () => {
    expect(flattenPath("M1 1 L1 1 L3 1", ([x, y]) => [10 * x, y])).toEqual([{ x: 10, y: 1, dx: 20, dy: 0 }]);
  });
});

describe("fillLines", () => {
  it("covers a rectangle by its area, fractions of pixels included", () => {
    // The edges lie on quarters of rows, which is as fine as the scan lines are.
    const coverage = fillLines(flattenPath("M1.3 2.25 L5.9 2.25 L5.9 4.5 L1.3 4.5 Z"), 8);
    expect(sum(coverage)).toBeCloseTo(4.6 * 2.25, 5);
    expect(coverage[3 * 8 + 3]).toBe(1);
    expect(coverage[3 * 8 + 1]).toBeCloseTo(0.7, 5);
    expect(coverage[2 * 8 + 3]).toBeCloseTo(0.75, 5);
    expect(coverage[1 * 8 + 3]).toBe(0);
  });

  it("leaves a hole where a second contour lies in the first, and clips at the border", () => {
    const frame = "M-2 -2 L10 -2 L10 10 L-2 10 Z M2 2 L6 2 L6 6 L2 6 Z";
    expect(sum(fillLines(flattenPath(frame), 8))).toBe(64 - 16);
  });
});

describe("strokeLines", () => {
  it("inks what lies under the pen, with an edge of one pixel", () => {
    const ink = strokeLines(flattenPath("M2.5 4.5 L6.5 4.5"), 9, () => 1);
    const at = (row: number, column: number) => ink[row * 9 + column];
    expect([at(4, 2), at(4, 4), at(4, 6)]).toEqual([1, 1, 1]);
    expect([at(3, 4), at(5, 4)]).toEqual([0.5, 0.5]); // a pixel's width from the line: half covered
    expect([at(2, 4), at(4, 0), at(4, 8)]).toEqual([0, 0, 0]);
  });

  it("inks as much at the border, and takes each line's own radius", () => {
    const lines = flattenPath("M0 0.5 L4 0.5 L4 7.5");
    const ink = strokeLines(lines, 8, (line) => (line === 0 ? 0.5 : 1.5));
    expect(ink[1 * 8 + 1]).toBe(0);
    expect(ink[6 * 8 + 5]).toBe(0.5);
  });
});

describe("placing", () => {
  it("fits lines into a box", () => {
    const lines = fitLines(flattenPath("M10 10 L30 10 L30 50"), [14, 15], 20);
    const xs = lines.flatMap(({ x, dx }) => [x, x + dx]);
    const ys = lines.flatMap(({ y, dy }) => [y, y + dy]);
    expect([Math.min(...xs), Math.max(...xs)]).toEqual([9, 19]);
    expect([Math.min(...ys), Math.max(...ys)]).toEqual([5, 25]);
  });

  it("rotates without stretching", () => {
    const draws = new Draws(1, 2, 3);
    for (let i = 0; i < 50; i++) {
      const [x, y] = rotate(drawRotation(draws, 1), [3, 4]);
      expect(Math.hypot(x, y)).toBeCloseTo(5, 10);
      expect((3 * x + 4 * y) / 25).toBeGreaterThanOrEqual(-1e-12); // a half angle below 45 degrees: never over 90
    }
  });
});

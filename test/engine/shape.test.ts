import { describe, expect, it } from "vitest";
import { ShapeError } from "../../engine/errors.ts";
import { checkShape, sameShape, sizeOf } from "../../engine/shape.ts";

describe("shapes", () => {
  it("multiplies sizes; a scalar has one element", () => {
    expect(sizeOf([2, 3, 4])).toBe(24);
    expect(sizeOf([])).toBe(1);
  });

  it("compares sizes and ranks", () => {
    expect(sameShape([2, 3], [2, 3])).toBe(true);
    expect(sameShape([2, 3], [3, 2])).toBe(false);
    expect(sameShape([2, 3], [2, 3, 1])).toBe(false);
  });

  it("refuses sizes that are no positive integers", () => {
    for (const shape of [[0], [2, -1], [1.5], [Number.NaN]]) {
      expect(() => checkShape(shape, "zeros")).toThrow(ShapeError);
    }
    expect(() => checkShape([2, 0], "zeros")).toThrow("zeros: sizes must be positive integers, got [2,0].");
  });

  it("refuses more elements than a u32 can index", () => {
    expect(() => checkShape([65536, 65535], "zeros")).not.toThrow();
    expect(() => checkShape([65536, 65536], "zeros")).toThrow("has 4294967296 elements, 2^32 or more");
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import { cropping2d, pad, zeroPadding2d } from "../../../kernels/pad/index.ts";
import { padReference } from "../../../kernels/pad/pad.reference.ts";
import { sliceReference } from "../../../kernels/shape/shape.reference.ts";
import { useEngine } from "../../support/engine.ts";
import { expectMoves } from "../../support/movement.ts";
import { properties } from "../../support/properties.ts";

const margin = fc.tuple(fc.constantFrom(0, 0, 1, 3, 4), fc.constantFrom(0, 0, 1, 2, 4));
const axis = fc.record({ size: fc.constantFrom(1, 3, 4, 8), margin });

describe("pad", () => {
  const engine = useEngine();

  it("matches the reference for random margins and values", async () => {
    const value = fc.constantFrom(0, 7, -3);
    const seed = fc.nat(1e6);
    const axes = fc.array(axis, { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(axes, value, seed, async (sizes, fill, number) => {
        const shape = sizes.map(({ size }) => size);
        const margins = sizes.map((a) => a.margin);
        const map = padReference(shape, margins);
        await expectMoves(engine(), (x) => pad(x, margins, fill), shape, map, { fill, seed: number });
      }),
      properties,
    );
  });

  it("zeroPadding2d and cropping2d are inverse, with Keras's three ways to write margins", async () => {
    const shape = [2, 3, 4, 4];
    const padded = [2, 6, 7, 4];
    const margins = [
      [1, 2],
      [0, 3],
    ] as const;
    const outer = [[0, 0], ...margins, [0, 0]] as const;
    await expectMoves(engine(), (x) => zeroPadding2d(x, margins), shape, padReference(shape, outer));
    const inner = sliceReference(padded, [0, 1, 0, 0], shape, [1, 1, 1, 1]);
    await expectMoves(engine(), (x) => cropping2d(x, margins), padded, inner);
    const x = engine().zeros(shape);
    expect(zeroPadding2d(x).shape).toEqual([2, 5, 6, 4]);
    expect(zeroPadding2d(x, [1, 2]).shape).toEqual([2, 5, 8, 4]);
    expect(cropping2d(x, 1).shape).toEqual([2, 1, 2, 4]);
  });

  it("explains wrong arguments", () => {
    const x = engine().zeros([1, 2, 2, 1]);
    expect(() => pad(x, [[1, 1]])).toThrow(ArgumentError);
    expect(() => zeroPadding2d(x, -1)).toThrow("zeroPadding2d: margins must be a whole number >= 0");
    expect(() => zeroPadding2d(engine().zeros([2, 2]))).toThrow(ShapeError);
    expect(() => cropping2d(x, 1)).toThrow(
      "cropping2d: nothing is left of the image [1,2,2,1] without 1+1 rows and 1+1 columns.",
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ShapeError } from "../../../engine/errors.ts";
import {
  maxPool2dGradientReference,
  maxPool2dReference,
} from "../../../kernels/pool2d/max-pool2d.reference.ts";
import { maxPool2d } from "../../../kernels/pool2d/max-pool2d.ts";
import { resolveWindow } from "../../../kernels/window.ts";
import { useEngine } from "../../support/engine.ts";
import { checkReferenceGradient, expectMatchesReference } from "../../support/gradient.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";
import { asGpu } from "../as-gpu.ts";

const cases = fc.record({
  shape: fc.tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 5 }),
  ),
  poolSize: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
  strides: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
  padding: fc.constantFrom("same" as const, "valid" as const),
  seed: fc.nat(1e6),
});
const fits = ({ shape, poolSize, padding }: { shape: number[]; poolSize: number[]; padding: string }) =>
  padding === "same" || (poolSize[0]! <= shape[1]! && poolSize[1]! <= shape[2]!);

describe("maxPool2d", () => {
  const engine = useEngine();

  it("matches the reference, forward and backward, on random shapes", async () => {
    await fc.assert(
      fc.asyncProperty(cases.filter(fits), async ({ shape, poolSize, strides, padding, seed }) => {
        const window = resolveWindow("maxPool2d", shape, { window: poolSize, strides, padding });
        const check = () =>
          expectMatchesReference(
            engine(),
            (x) => maxPool2d(x, { poolSize, strides, padding }),
            (x) => maxPool2dReference(x, window).y,
            (dy, x) => [maxPool2dGradientReference(x, dy, window)],
            [randomArray(shape, seed)],
          );
        await check();
        await asGpu(engine(), check);
      }),
      properties,
    );
  });

  it("has a reference whose gradient agrees with central differences", () => {
    const window = resolveWindow("maxPool2d", [2, 7, 6, 3], { window: 3, strides: 2, padding: "same" });
    checkReferenceGradient(
      (x) => maxPool2dReference(x, window).y,
      (dy, x) => [maxPool2dGradientReference(x, dy, window)],
      [randomArray([2, 7, 6, 3], 5)],
    );
  });

  it("sends the gradient of equal values to the first", async () => {
    const window = resolveWindow("maxPool2d", [1, 2, 2, 1], { window: 2, strides: 2, padding: "valid" });
    const x = randomArray([1, 2, 2, 1], 1, 3, 3);
    const gradient = (dy: typeof x) => [{ ...x, data: Float64Array.of(dy.data[0]!, 0, 0, 0) }];
    await expectMatchesReference(
      engine(),
      (t) => maxPool2d(t),
      (t) => maxPool2dReference(t, window).y,
      gradient,
      [x],
    );
  });

  it("names both shapes when no window fits", () => {
    const x = engine().zeros([1, 2, 2, 1]);
    expect(() => maxPool2d(x, { poolSize: 3 })).toThrow(ShapeError);
    expect(() => maxPool2d(x, { poolSize: 3 })).toThrow(
      "maxPool2d: a 3x3 window does not fit the image [1,2,2,1]",
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ShapeError } from "../../../engine/errors.ts";
import {
  avgPool2dGradientReference,
  avgPool2dReference,
} from "../../../kernels/pool2d/average-pool2d.reference.ts";
import { avgPool2d, globalAveragePool2d, globalMaxPool2d } from "../../../kernels/pool2d/index.ts";
import {
  maxPool2dGradientReference,
  maxPool2dReference,
} from "../../../kernels/pool2d/max-pool2d.reference.ts";
import { resolveWindow } from "../../../kernels/window.ts";
import { useEngine } from "../../support/engine.ts";
import { checkReferenceGradient, expectMatchesReference } from "../../support/gradient.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";

const size = fc.integer({ min: 1, max: 9 });
const small = fc.integer({ min: 1, max: 4 });
const cases = fc.record({
  shape: fc.tuple(fc.integer({ min: 1, max: 3 }), size, size, fc.constantFrom(1, 3, 4, 5, 8)),
  poolSize: fc.tuple(small, small),
  strides: fc.tuple(small, small),
  padding: fc.constantFrom("same" as const, "valid" as const),
  seed: fc.nat(1e6),
});
const fits = ({ shape, poolSize, padding }: { shape: number[]; poolSize: number[]; padding: string }) =>
  padding === "same" || (poolSize[0]! <= shape[1]! && poolSize[1]! <= shape[2]!);

describe("avgPool2d", () => {
  const engine = useEngine();

  it("matches the reference, forward and backward, on random shapes", async () => {
    await fc.assert(
      fc.asyncProperty(cases.filter(fits), async ({ shape, poolSize, strides, padding, seed }) => {
        const window = resolveWindow("avgPool2d", shape, { window: poolSize, strides, padding });
        await expectMatchesReference(
          engine(),
          (x) => avgPool2d(x, { poolSize, strides, padding }),
          (x) => avgPool2dReference(x, window),
          (dy, x) => [avgPool2dGradientReference(x, dy, window)],
          [randomArray(shape, seed)],
        );
      }),
      properties,
    );
  });

  it("has a reference whose gradient agrees with central differences", () => {
    const window = resolveWindow("avgPool2d", [2, 7, 6, 3], { window: 3, strides: 2, padding: "same" });
    checkReferenceGradient(
      (x) => avgPool2dReference(x, window),
      (dy, x) => [avgPool2dGradientReference(x, dy, window)],
      [randomArray([2, 7, 6, 3], 5)],
    );
  });

  it("divides by the real pixels where the window hangs over the edge", async () => {
    const x = engine().tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
    const y = avgPool2d(x, { poolSize: 2, padding: "same" });
    expect([...(await y.data())]).toEqual([3, 4.5, 7.5, 9]); // (1+2+4+5)/4, (3+6)/2, (7+8)/2, 9/1
  });
});

describe("global pooling", () => {
  const engine = useEngine();

  it("matches the references with the image as window", async () => {
    for (const shape of [
      [2, 5, 3, 3],
      [3, 4, 4, 8],
      [1, 1, 1, 1],
    ]) {
      const whole = [shape[1]!, shape[2]!] as const;
      const window = resolveWindow("test", shape, { window: whole, strides: whole, padding: "valid" });
      const terms = { forward: { terms: whole[0] * whole[1] } };
      const x = randomArray(shape, 3);
      const flat = [shape[0]!, shape[3]!];
      const pooled = (y: typeof x) => ({ ...y, shape: flat });
      await expectMatchesReference(
        engine(),
        (t) => globalAveragePool2d(t),
        (a) => pooled(avgPool2dReference(a, window)),
        (dy, a) => [avgPool2dGradientReference(a, dy, window)],
        [x],
        terms,
      );
      await expectMatchesReference(
        engine(),
        (t) => globalMaxPool2d(t),
        (a) => pooled(maxPool2dReference(a, window).y),
        (dy, a) => [maxPool2dGradientReference(a, dy, window)],
        [x],
      );
    }
  });

  it("keeps the image axes on demand, and wants images", () => {
    const x = engine().zeros([2, 3, 4, 5]);
    expect(globalAveragePool2d(x).shape).toEqual([2, 5]);
    expect(globalMaxPool2d(x, { keepDims: true }).shape).toEqual([2, 1, 1, 5]);
    expect(() => globalMaxPool2d(engine().zeros([2, 3]))).toThrow(ShapeError);
  });
});

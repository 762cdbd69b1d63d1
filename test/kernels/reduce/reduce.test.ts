import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { argMax, max, mean, min, type ReduceOptions, sum, variance } from "../../../kernels/reduce/index.ts";
import {
  argMaxReference,
  type ReduceName,
  reduceGradientReference,
  reduceReference,
} from "../../../kernels/reduce/reduce.reference.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { useEngine } from "../../support/engine.ts";
import { checkReferenceGradient, expectMatchesReference, runWithGradients } from "../../support/gradient.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";
import { asGpu } from "../as-gpu.ts";

const ops: Record<ReduceName, (x: Tensor, options?: ReduceOptions) => Tensor> = {
  sum,
  mean,
  max,
  min,
  variance,
};
const names = Object.keys(ops) as ReduceName[];

const cases = fc
  .array(fc.integer({ min: 1, max: 6 }), { maxLength: 5 })
  .chain((shape) => fc.tuple(fc.constant(shape), fc.subarray(shape.map((_, axis) => axis)), fc.nat(1e6)));

async function expectReduces(
  engine: Parameters<typeof expectMatchesReference>[0],
  name: ReduceName,
  x: Array64,
  axes: number[],
) {
  const terms = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
  await expectMatchesReference(
    engine,
    (t) => ops[name](t, { axes }),
    (t) => reduceReference(name, t, axes),
    (dy, t) => [reduceGradientReference(name, dy, t, axes)],
    [x],
    { forward: { terms: name === "sum" ? terms : 1, scale: 1 }, gradients: [{ scale: 1 }] },
  );
}

describe("reductions", () => {
  const engine = useEngine();

  for (const name of names) {
    it(`${name} matches the reference over random axes`, async () => {
      await fc.assert(
        fc.asyncProperty(cases, ([shape, axes, seed]) =>
          expectReduces(engine(), name, randomArray(shape, seed), axes),
        ),
        { ...properties, numRuns: Math.ceil(properties.numRuns / 2) },
      );
    });

    it(`${name} has a reference whose gradient agrees with central differences`, () => {
      checkReferenceGradient(
        (x) => reduceReference(name, x, [0, 2]),
        (dy, x) => [reduceGradientReference(name, dy, x, [0, 2])],
        [randomArray([3, 4, 5], 6)],
      );
    });
  }

  // Long enough for slices and for workgroups that share a row, on either class of adapter (see block.ts).
  const large: [ReduceName, number[], number[]][] = [
    ["sum", [40_003], [0]],
    ["max", [3, 9001], [1]],
    ["variance", [5003, 6], [0]],
    ["sum", [2, 5003, 6], [1]], // behind the last slice of a block begins the next block
    ["min", [2, 3001, 5], [1]],
  ];
  for (const [name, shape, axes] of large) {
    it(`${name} of ${shape} over ${axes} matches the reference in several stages`, async () => {
      await expectReduces(engine(), name, randomArray(shape, 8), axes);
      await asGpu(engine(), () => expectReduces(engine(), name, randomArray(shape, 9), axes));
    });
  }

  it("reduces everything unless told otherwise, and keeps axes if told to", () => {
    const x = engine().zeros([2, 3, 4]);
    expect(sum(x).shape).toEqual([]);
    expect(mean(x, { axes: -1 }).shape).toEqual([2, 3]);
    expect(max(x, { axes: [0, -1], keepDims: true }).shape).toEqual([1, 3, 1]);
  });

  it("finds the variance of numbers far from 0", async () => {
    const x = array64(
      [4096],
      randomArray([4096], 3).data.map((value) => Math.fround(1000 + value)),
    );
    const result = variance(engine().tensor(x.data, x.shape));
    const expected = reduceReference("variance", x, [0]).data[0]!;
    expect(Math.abs((await result.data())[0]! / expected - 1)).toBeLessThan(1e-5);
  });

  it("keeps infinities and large numbers", async () => {
    const x = engine().tensor([-Infinity, -Infinity, 3e38, 1e30, 1, 2], [3, 2]);
    expect([...(await max(x, { axes: 1 }).data())]).toEqual([-Infinity, Math.fround(3e38), 2]);
    expect([...(await sum(x, { axes: 1 }).data())]).toEqual([-Infinity, Math.fround(3e38), 3]);
  });

  it("shares the gradient among equal largest and smallest values", async () => {
    const x = array64([2, 3], [5, 1, 5, 2, 2, 2]);
    const { gradients } = await runWithGradients(
      engine(),
      (t) => max(t, { axes: 1 }),
      [x],
      array64([2], [1, 3]),
    );
    expect([...gradients[0]!]).toEqual([0.5, 0, 0.5, 1, 1, 1]);
  });

  it("names the tensor when an axis is wrong or named twice", () => {
    const x = engine().zeros([2, 3]);
    expect(() => sum(x, { axes: 2 })).toThrow(ArgumentError);
    expect(() => sum(x, { axes: [1, -1] })).toThrow("sum: axes [1,1] of [2,3] name an axis twice.");
    expect(() => mean(engine().zeros([2], "u32"))).toThrow(ShapeError);
  });
});

describe("argMax", () => {
  const engine = useEngine();

  it("matches the reference, with many equal values", async () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat(3), fc.nat(1e6), async (shape, anyAxis, seed) => {
        const axis = anyAxis % shape.length;
        const x = array64(shape, randomArray(shape, seed, 0, 4).data.map(Math.floor));
        const y = argMax(engine().tensor(x.data, shape), axis);
        expect(y.dtype).toBe("u32");
        expect([...(await y.data())]).toEqual(argMaxReference(x, axis));
      }),
      properties,
    );
  });
});

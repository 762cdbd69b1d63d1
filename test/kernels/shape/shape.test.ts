import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gradients } from "../../../engine/autodiff/tape.ts";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { array64 } from "../../../kernels/reference.ts";
import { concat, flatten, gather, oneHot, reshape, slice, transpose } from "../../../kernels/shape/index.ts";
import {
  concatReference,
  gatherReference,
  moveGradientReference,
  moveReference,
  sliceReference,
  transposeReference,
} from "../../../kernels/shape/shape.reference.ts";
import { useEngine } from "../../support/engine.ts";
import { checkReferenceGradient, expectMatchesReference, runWithGradients } from "../../support/gradient.ts";
import { expectMoves } from "../../support/movement.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";

/** Shapes of 1 to 5 axes; sizes that are multiples of 4 exercise the vec4 paths. */
const shapes = fc.array(fc.constantFrom(1, 2, 3, 4, 5, 8), { minLength: 1, maxLength: 5 });

describe("shape ops", () => {
  const engine = useEngine();

  it("transpose matches the reference for random permutations", async () => {
    const cases = shapes.chain((shape) => {
      const axes = shape.map((_, axis) => axis);
      return fc.record({
        shape: fc.constant(shape),
        perm: fc.shuffledSubarray(axes, { minLength: axes.length }),
      });
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, perm }) => {
        await expectMoves(engine(), (x) => transpose(x, perm), shape, transposeReference(shape, perm));
      }),
      properties,
    );
  });

  it("slice matches the reference for random boxes", async () => {
    const axis = fc.constantFrom(1, 3, 4, 8, 12).chain((size) =>
      fc.nat(size - 1).chain((begin) =>
        fc.record({
          size: fc.constant(size),
          begin: fc.constant(begin),
          extent: fc.integer({ min: 1, max: size - begin }),
          stride: fc.integer({ min: 1, max: 3 }),
        }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(axis, { minLength: 1, maxLength: 4 }), async (axes) => {
        const shape = axes.map(({ size }) => size);
        const begin = axes.map((a) => a.begin);
        const size = axes.map(({ extent }) => extent);
        const strides = axes.map(({ stride }) => stride);
        const map = sliceReference(shape, begin, size, strides);
        await expectMoves(engine(), (x) => slice(x, begin, size, strides), shape, map);
      }),
      properties,
    );
  });

  it("gather matches the reference; entries picked twice collect both gradients", async () => {
    const cases = fc.record({
      shape: fc.tuple(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom(1, 3, 4),
      ),
      axis: fc.integer({ min: 0, max: 2 }),
      picks: fc.array(fc.nat(1000), { minLength: 1, maxLength: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, axis, picks }) => {
        const indices = picks.map((pick) => pick % shape[axis]!);
        const op = (x: Tensor) => gather(x, engine().tensor(indices, undefined, "u32"), axis);
        await expectMoves(engine(), op, shape, gatherReference(shape, indices, axis));
      }),
      properties,
    );
  });

  it("concat matches the reference along any axis", async () => {
    const cases = fc.record({
      shape: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom(1, 3, 4), fc.constantFrom(1, 2, 4)),
      axis: fc.integer({ min: 0, max: 2 }),
      sizes: fc.array(fc.constantFrom(1, 3, 4, 8), { minLength: 1, maxLength: 5 }),
      seed: fc.nat(1e6),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, axis, sizes, seed }) => {
        const inputShapes = sizes.map((size) => shape.with(axis, size));
        const maps = inputShapes.map((_, part) => concatReference(inputShapes, part, axis));
        const moved = (parts: readonly ReturnType<typeof randomArray>[]) => {
          const y = moveReference(parts[0]!, maps[0]!);
          for (const [part, map] of maps.entries()) {
            for (const [i, at] of map.sources.entries()) if (at >= 0) y.data[i] = parts[part]!.data[at]!;
          }
          return y;
        };
        await expectMatchesReference(
          engine(),
          (...tensors) => concat(tensors, axis - 3),
          (...parts) => moved(parts),
          (dy, ...parts) => parts.map((x, part) => moveGradientReference(x, dy, maps[part]!)),
          inputShapes.map((inputShape, i) => randomArray(inputShape, seed + i)),
        );
      }),
      properties,
    );
  });

  it("has a reference whose gradient agrees with central differences", () => {
    const map = gatherReference([4, 3], [2, 2, 0], 0);
    checkReferenceGradient(
      (x) => moveReference(x, map),
      (dy, x) => [moveGradientReference(x, dy, map)],
      [randomArray([4, 3], 2)],
    );
  });

  it("reshape shares the buffer, forward and backward", async () => {
    const x = engine().tensor([1, 2, 3, 4, 5, 6], [2, 3]);
    const y = reshape(x, [3, -1]);
    expect(y.shape).toEqual([3, 2]);
    expect(y.buffer).toBe(x.buffer);
    expect(flatten(engine().zeros([2, 3, 4])).shape).toEqual([2, 12]);
    const { gradients: found } = gradients(engine(), () => reshape(slice(x, [1, 2], [1, 1]), []), [x]);
    expect([...(await found[0]!.data())]).toEqual([0, 0, 0, 0, 0, 1]);
  });

  it("writes a gradient through reshape into its place in a flat buffer", async () => {
    const x = engine().tensor([1, 2, 3, 4], [2, 2]);
    const into = [engine().zeros([2, 2])];
    const body = () => reshape(slice(reshape(x, [4]), [1], [1]), []);
    gradients(engine(), body, [x], { into });
    expect([...(await into[0]!.data())]).toEqual([0, 1, 0, 0]);
  });

  it("marks indices that are not there: NaN from gather, zeros from oneHot", async () => {
    const x = engine().tensor([1, 2, 3], [3]);
    const picked = await gather(x, engine().tensor([1, 3, -1], [3], "i32")).data();
    expect([...picked]).toEqual([2, Number.NaN, Number.NaN]);
    const nowhere = engine().tensor([0, 7], [2], "u32");
    const integers = (dtype: "i32" | "u32") => gather(engine().tensor([5, 6], [2], dtype), nowhere).data();
    expect([...(await integers("i32"))]).toEqual([5, -(2 ** 31)]); // as JAX fills
    expect([...(await integers("u32"))]).toEqual([5, 2 ** 32 - 1]);
    const inputs = [array64([2], [1, 2])];
    const back = await runWithGradients(
      engine(),
      (t) => gather(t, engine().tensor([1, 9, 1], [3], "u32")),
      inputs,
      array64([3], [1, 10, 100]),
    );
    expect([...back.gradients[0]!]).toEqual([0, 101]);
    const labels = engine().tensor([0, 2, -1, 3], [4], "i32");
    expect([...(await oneHot(labels, 3).data())]).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  });

  it("explains wrong arguments", () => {
    const x = engine().zeros([2, 3]);
    expect(() => reshape(x, [4])).toThrow("reshape: [2,3] (6 elements) does not fit [4].");
    expect(() => transpose(x, [0, 0])).toThrow(ArgumentError);
    expect(() => transpose(x, [0])).toThrow(
      "transpose: perm must name each of the 2 axes of [2,3] once, got [0].",
    );
    expect(() => slice(x, [0, 2], [2, 2])).toThrow(
      "slice: 2 entries from 2 by 1 do not fit axis 1 of [2,3].",
    );
    expect(() => slice(x, [0], [2])).toThrow(ArgumentError);
    expect(() => concat([])).toThrow("concat: needs at least one tensor.");
    expect(() => concat([x, engine().zeros([3, 3])])).toThrow(ShapeError);
    expect(() => concat([x], 2)).toThrow("concat: [2,3] has no axis 2; it has 2 axes.");
    expect(() => gather(x, x)).toThrow("gather: indices must be [k] of u32 or i32, got [2,3] f32.");
    expect(() => oneHot(x, 3)).toThrow("oneHot: labels must be u32 or i32, got f32.");
    expect(() => oneHot(engine().zeros([2], "u32"), 0)).toThrow(ArgumentError);
    expect(() => transpose(engine().zeros([4, 4], "u8"))).toThrow(ShapeError);
  });
});

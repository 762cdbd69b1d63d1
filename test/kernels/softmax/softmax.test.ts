import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../../engine/errors.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { logSoftmax, softmax } from "../../../kernels/softmax/index.ts";
import { softmaxGradientReference, softmaxReference } from "../../../kernels/softmax/softmax.reference.ts";
import { useEngine } from "../../support/engine.ts";
import { checkReferenceGradient, expectMatchesReference, runWithGradients } from "../../support/gradient.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";
import { asGpu } from "../as-gpu.ts";

const cases = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 }).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    axis: fc.oneof(fc.constant(shape.length - 1), fc.nat(shape.length - 1)),
    seed: fc.nat(1e6),
  }),
);

for (const [name, op, log] of [
  ["softmax", softmax, false],
  ["logSoftmax", logSoftmax, true],
] as const) {
  describe(name, () => {
    const engine = useEngine();
    const check = (x: Array64, axis: number) =>
      expectMatchesReference(
        engine(),
        (t) => op(t, axis),
        (t) => softmaxReference(t, axis, log),
        (dy, t) => [softmaxGradientReference(dy, t, axis, log)],
        [x],
        { forward: { terms: x.shape[axis]! }, gradients: [{ terms: x.shape[axis]!, scale: 1 }] },
      );

    it("matches the reference on random shapes and axes", async () => {
      await fc.assert(
        fc.asyncProperty(cases, ({ shape, axis, seed }) => check(randomArray(shape, seed, -5, 5), axis)),
        properties,
      );
    });

    it("matches the reference on long rows, on either class of adapter", async () => {
      const x = randomArray([3, 201], 4, -5, 5);
      await check(x, 1);
      await asGpu(engine(), () => check(x, 1));
    });

    it("matches the reference on the longest rows kept in registers, and one more", async () => {
      for (const classes of [64, 30, 16, 68]) {
        const x = randomArray([3, classes], classes, -5, 5);
        await check(x, 1);
        await asGpu(engine(), () => check(x, 1)); // the last has a workgroup for each of its few rows
      }
    });

    it("has a reference whose gradient agrees with central differences", () => {
      checkReferenceGradient(
        (x) => softmaxReference(x, 1, log),
        (dy, x) => [softmaxGradientReference(dy, x, 1, log)],
        [randomArray([2, 5, 3], 5)],
      );
    });

    it("stays finite at +-1e4, forward and backward", async () => {
      const x = array64([2, 3], [1e4, -1e4, 0, -1e4, -1e4, -9999]);
      const dy = randomArray([2, 3], 1);
      const { y, gradients } = await runWithGradients(engine(), (t) => op(t), [x], dy);
      const expected = softmaxReference(x, 1, log).data;
      for (const [i, value] of expected.entries()) {
        expect(Math.abs(y[i]! - value)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(value)));
      }
      expect([...gradients[0]!].every(Number.isFinite)).toBe(true);
    });

    it("stays finite at +-1e4 along another axis", async () => {
      const x = array64([3, 2], [-1e4, -1e4, 1e4, -1e4, 0, -9999]);
      const y = await op(engine().tensor(x.data, x.shape), 0).data();
      for (const [i, value] of softmaxReference(x, 0, log).data.entries()) {
        expect(Math.abs(y[i]! - value)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(value)));
      }
    });

    it("does not hide a NaN", async () => {
      const y = op(engine().tensor([Number.NaN, 0, 1, 2], [2, 2]));
      expect((await y.data())[0]).toBeNaN();
    });

    it("says which axes there are", () => {
      expect(() => op(engine().zeros([2, 3]), 2)).toThrow(ArgumentError);
    });
  });
}

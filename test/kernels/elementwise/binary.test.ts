import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ShapeError } from "../../../engine/errors.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { binaryGradientReference, binaryReference } from "../../../kernels/elementwise/binary.reference.ts";
import type { BinaryName } from "../../../kernels/elementwise/binary-table.ts";
import { add, div, maximum, minimum, mul, pow, sub } from "../../../kernels/elementwise/index.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { useEngine } from "../../support/engine.ts";
import { checkReferenceGradient, expectMatchesReference, runWithGradients } from "../../support/gradient.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";

const ops: Record<BinaryName, (a: Tensor, b: Tensor) => Tensor> = {
  add,
  sub,
  mul,
  div,
  maximum,
  minimum,
  pow,
};
const names = Object.keys(ops) as BinaryName[];
/** Where quotients and powers stay moderate. */
const rangeOf = (name: BinaryName) =>
  (name === "div" || name === "pow" ? [0.5, 2] : [-2, 2]) as [number, number];

/** Two shapes that broadcast: each axis is the common size or 1, and one of them may lack axes in front. */
const shapePairs = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.constantFrom("both", "a", "b")), { maxLength: 5 })
  .chain((axes) => fc.tuple(fc.constant(axes), fc.integer({ min: 0, max: axes.length }), fc.boolean()))
  .map(([axes, cut, cutB]) => {
    const of = (side: string) => axes.map(([size, has]) => (has === "both" || has === side ? size : 1));
    return { a: of("a").slice(cutB ? 0 : cut), b: of("b").slice(cutB ? cut : 0) };
  });

describe("binary ops", () => {
  const engine = useEngine();

  for (const name of names) {
    const forward = (a: Array64, b: Array64) => binaryReference(name, a, b);
    const gradient = (dy: Array64, a: Array64, b: Array64) => binaryGradientReference(name, dy, a, b);

    it(`${name} matches the reference on shapes that broadcast`, async () => {
      await fc.assert(
        fc.asyncProperty(shapePairs, fc.nat(1e6), async ({ a, b }, seed) => {
          const range = rangeOf(name);
          const inputs = [randomArray(a, seed, ...range), randomArray(b, seed + 1, ...range)];
          const terms = { terms: 64, scale: 4 }; // gradients of stretched operands are sums
          await expectMatchesReference(engine(), ops[name], forward, gradient, inputs, {
            gradients: [terms, terms],
          });
        }),
        { ...properties, numRuns: Math.ceil(properties.numRuns / 2) },
      );
    });

    it(`${name} has a reference whose gradient agrees with central differences`, () => {
      const range = rangeOf(name);
      checkReferenceGradient(forward, gradient, [
        randomArray([4, 1, 3], 1, ...range),
        randomArray([5, 1], 2, ...range),
      ]);
    });
  }

  it("adds a bias of any width without and with whole vectors", async () => {
    for (const width of [1, 2, 3, 4, 10, 16]) {
      const inputs = [randomArray([6, 5, width], 1), randomArray([width], 2)];
      await expectMatchesReference(
        engine(),
        add,
        (a, b) => binaryReference("add", a, b),
        (dy, a, b) => binaryGradientReference("add", dy, a, b),
        inputs,
        { gradients: [{}, { terms: 30, scale: 1 }] },
      );
    }
  });

  it("passes the gradient of equal values to the first operand", async () => {
    const same = array64([4], [1, 2, 3, 4]);
    const dy = array64([4], [5, 6, 7, 8]);
    for (const op of [maximum, minimum]) {
      const { gradients } = await runWithGradients(engine(), op, [same, same], dy);
      expect(gradients.map((g) => [...g])).toEqual([
        [5, 6, 7, 8],
        [0, 0, 0, 0],
      ]);
    }
  });

  it("has a finite gradient of 0 to a power", async () => {
    const inputs = [array64([2], [0, 0]), array64([2], [2, 0])];
    const { y, gradients } = await runWithGradients(engine(), pow, inputs, array64([2], [1, 1]));
    expect([...y]).toEqual([0, 1]);
    expect(gradients.map((g) => [...g])).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it("raises negative bases as IEEE 754 does", async () => {
    const bases = [-2, -2, -2, -2, -0.5, -1, -2, -Infinity, -Infinity, -Infinity, -0, -0, -0];
    const exponents = [3, 2, -3, 0, -1, 7, 0.5, 3, 2, -3, 3, 2, -1];
    const y = await pow(engine().tensor(bases), engine().tensor(exponents)).data();
    for (const [i, base] of bases.entries()) {
      const expected = base ** exponents[i]!;
      const isWhole = Number.isFinite(expected) && expected !== 0;
      if (isWhole) expect(y[i]! / expected).toBeCloseTo(1, 5);
      else expect(y[i]).toBe(expected); // with the sign of a zero
    }
  });

  it("adds both gradients of a tensor used twice", async () => {
    const x = randomArray([3, 5], 4);
    const { gradients } = await runWithGradients(
      engine(),
      (t) => mul(t, t),
      [x],
      array64([3, 5], Array(15).fill(1)),
    );
    for (const [i, value] of x.data.entries()) expect(gradients[0]![i]).toBeCloseTo(2 * value, 6);
  });

  it("names the axis and both shapes when they do not fit", () => {
    const [a, b] = [engine().zeros([2, 3]), engine().zeros([4, 3])];
    expect(() => add(a, b)).toThrow(ShapeError);
    expect(() => add(a, b)).toThrow("add: 2 and 4 do not fit on axis -2. a [2,3], b [4,3].");
  });
});

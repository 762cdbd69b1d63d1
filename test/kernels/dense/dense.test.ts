import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ShapeError } from "../../../engine/errors.ts";
import { sizeOf } from "../../../engine/shape.ts";
import { denseGradientReference, denseReference } from "../../../kernels/dense/dense.reference.ts";
import { dense } from "../../../kernels/dense/dense.ts";
import { useEngine } from "../../support/engine.ts";
import { checkReferenceGradient, expectMatchesReference } from "../../support/gradient.ts";
import { properties } from "../../support/properties.ts";
import { randomArray, sixteenths } from "../../support/random.ts";

const activations = ["linear", "relu", "sigmoid", "tanh"] as const;
const size = fc.constantFrom(1, 3, 4, 7, 16, 33);
const cases = fc.record({
  front: fc.array(fc.constantFrom(1, 2, 5), { minLength: 1, maxLength: 3 }),
  inputs: size,
  outputs: size,
  hasBias: fc.boolean(),
  activation: fc.constantFrom(...activations),
  transposeKernel: fc.boolean(),
  seed: fc.nat(1e6),
});

describe("dense", () => {
  const engine = useEngine();

  it("matches the reference, forward and backward, on random layers", async () => {
    await fc.assert(
      fc.asyncProperty(
        cases,
        async ({ front, inputs, outputs, hasBias, activation, transposeKernel, seed }) => {
          const options = { activation, transposeKernel };
          const rows = sizeOf(front);
          const x = sixteenths([...front, inputs], seed);
          const weights = sixteenths(transposeKernel ? [outputs, inputs] : [inputs, outputs], seed + 1);
          await expectMatchesReference(
            engine(),
            (x, weights, bias) => dense(x!, weights!, { bias, ...options }),
            (x, weights, bias) => denseReference(x!, weights!, bias, options),
            (dy, x, weights, bias) => denseGradientReference(dy, x!, weights!, bias, options),
            hasBias ? [x, weights, sixteenths([outputs], seed + 2)] : [x, weights],
            {
              forward: { terms: inputs, scale: 1 },
              gradients: [outputs, rows, rows].map((terms) => ({ terms, scale: 1 })),
            },
          );
        },
      ),
      properties,
    );
  });

  it.each(activations)("has a reference whose gradient agrees with central differences: %s", (activation) => {
    for (const transposeKernel of [false, true]) {
      const options = { activation, transposeKernel };
      checkReferenceGradient(
        (x, weights, bias) => denseReference(x!, weights!, bias, options),
        (dy, x, weights, bias) => denseGradientReference(dy, x!, weights!, bias, options),
        [randomArray([2, 3, 5], 1), randomArray(transposeKernel ? [4, 5] : [5, 4], 2), randomArray([4], 3)],
      );
    }
  });

  it.each(["relu", "tanh"] as const)("keeps NaN through %s", async (activation) => {
    const x = engine().tensor([1, Number.NaN, -2, 3, 4, -5], [3, 2]);
    const y = dense(x, engine().tensor([1, -1, 2, 3], [2, 2]), { activation });
    const values = [...(await y.data())];
    expect(values.map(Number.isNaN)).toEqual([true, true, false, false, false, false]);
  });

  it("explains what does not fit", () => {
    const zeros = (...shape: number[]) => engine().zeros(shape);
    expect(() => dense(zeros(2, 3), zeros(4, 5))).toThrow(ShapeError);
    expect(() => dense(zeros(2, 3), zeros(4, 5))).toThrow(
      "dense: the kernel expects 4 inputs, x has 3. x [2,3] (n,in), kernel [4,5] (in,out).",
    );
    expect(() => dense(zeros(2, 3), zeros(4, 5), { transposeKernel: true })).toThrow(
      "dense: the kernel expects 5 inputs, x has 3. x [2,3] (n,in), kernel [4,5] (out,in).",
    );
    expect(() => dense(zeros(3), zeros(3, 5))).toThrow("dense: expects x of two or more axes");
    expect(() => dense(zeros(2, 3), zeros(3, 5), { bias: zeros(3) })).toThrow(
      "dense: bias must be [5], got [3].",
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import { gradients } from "../../../engine/index.ts";
import { mul } from "../../../kernels/elementwise/index.ts";
import { whiten, zcaMatrix } from "../../../kernels/pca/index.ts";
import { inverseRootReference, meanReference, momentsReference } from "../../../kernels/pca/pca.reference.ts";
import { sum } from "../../../kernels/reduce/index.ts";
import { array64 } from "../../../kernels/reference.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";

describe("ZCA", () => {
  const engine = useEngine();

  it("matches (Sigma + epsilon)^-1/2 of the reference", async () => {
    const cases = fc.record({
      count: fc.constantFrom(1, 3, 12, 40, 600), // below the width, the matrix comes from the rows' inner products
      width: fc.integer({ min: 1, max: 7 }),
      epsilon: fc.constantFrom(1e-2, 0.1),
      seed: fc.nat(1e6),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ count, width, epsilon, seed }) => {
        const rows = randomArray([count, width], seed, 4, 6);
        const shift = meanReference(rows);
        const host = { values: Float32Array.from(rows.data), shape: rows.shape };
        const matrix = await zcaMatrix(engine(), host, { shift, epsilon });
        const expected = inverseRootReference(momentsReference(rows, shift, count), epsilon);
        // A^-1/2 amplifies an error of A by at most epsilon^-3/2 / 2; that of A is a rounding of values up to 1
        expectClose(matrix, expected.data, { scale: epsilon ** -1.5 / 2 });
      }),
      properties,
    );
  });

  it("leaves features that are uncorrelated, of variance 1", async () => {
    const rows = randomArray([500, 4], 9);
    for (let i = 0; i < 500; i++) rows.data[4 * i + 1] = rows.data[4 * i]! + 0.2 * rows.data[4 * i + 1]!;
    const shift = meanReference(rows);
    const centred = array64(
      rows.shape,
      rows.data.map((value, at) => value - shift[at % 4]!),
    );
    const host = { values: Float32Array.from(rows.data), shape: rows.shape };
    const matrix = engine().tensor(await zcaMatrix(engine(), host, { shift }), [4, 4]);
    const whitened = await whiten(engine().tensor(centred.data, [500, 2, 2, 1]), matrix).data();
    const moments = momentsReference(array64([500, 4], whitened as Float32Array), [0, 0, 0, 0], 500);
    // epsilon, 1e-6, is a thousandth of the smallest variance (about 0.04 / 3 / 2)
    for (const [at, value] of moments.data.entries()) expect(value).toBeCloseTo(at % 5 === 0 ? 1 : 0, 3);
  });

  it("is differentiable: the gradient of x is dy W^T", async () => {
    const x = engine().tensor([1, 2, 3, 4], [2, 2, 1, 1]);
    const matrix = engine().tensor([1, 2, 4, 8], [2, 2]);
    const weights = engine().tensor([1, 10, 100, 1000], [2, 2, 1, 1]);
    const { gradients: slopes } = gradients(engine(), () => sum(mul(whiten(x, matrix), weights)), [x]);
    expect([...(await slopes[0]!.data())]).toEqual([21, 84, 2100, 8400]);
  });

  it("explains what does not fit", async () => {
    const rows = { values: new Float32Array(6), shape: [2, 3] };
    await expect(zcaMatrix(engine(), rows, { epsilon: 0 })).rejects.toThrow(ArgumentError);
    expect(() => whiten(engine().zeros([2, 4]), engine().zeros([3, 3]))).toThrow(ShapeError);
  });
});

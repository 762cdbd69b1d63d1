import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ShapeError } from "../../../engine/errors.ts";
import { sizeOf } from "../../../engine/shape.ts";
import { matmulGradientReference, matmulReference } from "../../../kernels/dense/dense.reference.ts";
import { matmul } from "../../../kernels/dense/matmul.ts";
import type { Array64 } from "../../../kernels/reference.ts";
import { useEngine } from "../../support/engine.ts";
import { checkReferenceGradient, expectMatchesReference } from "../../support/gradient.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";

const size = fc.constantFrom(1, 3, 4, 5, 8, 17);
/** One batch axis: its size, and which operand repeats along it (as 1, or by having no such axis if it is in front). */
const batchAxis = fc.record({
  size: fc.integer({ min: 1, max: 3 }),
  repeated: fc.constantFrom("neither", "a", "b"),
});
const cases = fc.record({
  m: size,
  n: size,
  k: size,
  batch: fc.array(batchAxis, { maxLength: 3 }),
  drop: fc.boolean(),
  transposeA: fc.boolean(),
  transposeB: fc.boolean(),
  seed: fc.nat(1e6),
});

/** The batch axes of one operand. */
function batchOf(axes: readonly { size: number; repeated: string }[], operand: string, drop: boolean) {
  const sizes = axes.map(({ size, repeated }) => (repeated === operand ? 1 : size));
  const first = axes.findIndex(({ repeated }) => repeated !== operand);
  return drop ? sizes.slice(first < 0 ? sizes.length : first) : sizes;
}

const turned = (rows: number, columns: number, transposed: boolean) =>
  transposed ? [columns, rows] : [rows, columns];

describe("matmul", () => {
  const engine = useEngine();

  it("matches the reference, forward and backward, for random sizes, transposes and broadcasting", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ m, n, k, batch, drop, transposeA, transposeB, seed }) => {
        const options = { transposeA, transposeB };
        const repeats = sizeOf(batch.map((axis) => axis.size));
        await expectMatchesReference(
          engine(),
          (a, b) => matmul(a!, b!, options),
          (a, b) => matmulReference(a!, b!, options),
          (dy, a, b) => matmulGradientReference(dy, a!, b!, options),
          [
            randomArray([...batchOf(batch, "a", drop), ...turned(m, k, transposeA)], seed),
            randomArray([...batchOf(batch, "b", drop), ...turned(k, n, transposeB)], seed + 1),
          ],
          {
            forward: { terms: k, scale: 1 },
            gradients: [
              { terms: n * repeats, scale: 1 },
              { terms: m * repeats, scale: 1 },
            ],
          },
        );
      }),
      properties,
    );
  });

  it("has a reference that multiplies as on paper", () => {
    // [1 2; 3 4] [5 6; 7 8] = [19 22; 43 50]; with the left side transposed [26 30; 38 44]
    const a: Array64 = { shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) };
    const b: Array64 = { shape: [2, 2], data: Float64Array.of(5, 6, 7, 8) };
    expect([...matmulReference(a, b).data]).toEqual([19, 22, 43, 50]);
    expect([...matmulReference(a, b, { transposeA: true }).data]).toEqual([26, 30, 38, 44]);
    expect([...matmulReference(b, a, { transposeB: true }).data]).toEqual([17, 39, 23, 53]);
  });

  it.each([
    { a: [3, 4], b: [4, 2] },
    { a: [2, 1, 4, 3], b: [3, 4, 2], transposeA: true },
    { a: [3, 4], b: [2, 2, 4], transposeB: true },
  ])("has a reference whose gradient agrees with central differences: %j", ({ a, b, ...options }) => {
    checkReferenceGradient(
      (x, y) => matmulReference(x!, y!, options),
      (dy, x, y) => matmulGradientReference(dy, x!, y!, options),
      [randomArray(a, 5), randomArray(b, 6)],
    );
  });

  it("explains what does not fit", () => {
    const zeros = (...shape: number[]) => engine().zeros(shape);
    expect(() => matmul(zeros(2, 3), zeros(4, 5))).toThrow(ShapeError);
    expect(() => matmul(zeros(2, 3), zeros(4, 5))).toThrow(
      "matmul: the inner sizes differ, 3 and 4. a [2,3] (...,m,k), b [4,5] (...,k,n).",
    );
    expect(() => matmul(zeros(2, 3), zeros(3, 5), { transposeA: true, transposeB: true })).toThrow(
      "matmul: the inner sizes differ, 2 and 5. a [2,3] (...,k,m), b [3,5] (...,n,k).",
    );
    expect(() => matmul(zeros(3), zeros(3, 5))).toThrow("matmul: expects matrices or stacks of them. a [3]");
    expect(() => matmul(zeros(2, 2, 3), zeros(3, 3, 5))).toThrow("matmul: 2 and 3 do not fit on axis -1.");
    expect(() => matmul(engine().zeros([2, 2], "u32"), zeros(2, 2))).toThrow(
      "matmul: a must be f32, got u32.",
    );
  });
});

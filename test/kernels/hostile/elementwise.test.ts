/** @file The elementwise ops on NaN, infinities, -0, subnormal, huge and whole numbers: values and slopes of IEEE 754. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Tensor } from "../../../engine/tensor.ts";
import { binaryGradientReference, binaryReference } from "../../../kernels/elementwise/binary.reference.ts";
import type { BinaryName } from "../../../kernels/elementwise/binary-table.ts";
import * as ops from "../../../kernels/elementwise/index.ts";
import { unaryGradientReference, unaryReference } from "../../../kernels/elementwise/unary.reference.ts";
import type { UnaryRow } from "../../../kernels/elementwise/unary.ts";
import { type UnaryName, unaryTable } from "../../../kernels/elementwise/unary-table.ts";
import { array64 } from "../../../kernels/reference.ts";
import { useEngine } from "../../support/engine.ts";
import { runWithGradients } from "../../support/gradient.ts";
import { expectSurvives, extreme, hostileArray, integers, strange } from "../../support/hostile.ts";
import { properties } from "../../support/properties.ts";

const exponents = [0, 1, 2, 3, -1, -2, 17, 0.5, 1 / 3, -0.5, 2.5, 2 ** 24 + 2];
const all = [...strange, ...extreme, ...integers];

interface UnaryUse {
  readonly row: UnaryName;
  readonly a?: number;
  readonly b?: number;
  run(x: Tensor): Tensor;
}

const unaryUses: Record<string, UnaryUse> = {
  neg: { row: "affine", a: -1, run: ops.neg },
  "scale by 0": { row: "affine", a: 0, run: (x) => ops.scale(x, 0) },
  "scale by 2.5": { row: "affine", a: 2.5, run: (x) => ops.scale(x, 2.5) },
  addScalar: { row: "affine", a: 1, b: 0.5, run: (x) => ops.addScalar(x, 0.5) },
  ...Object.fromEntries(
    Object.entries(unaryTable as Record<string, UnaryRow>).flatMap(
      ([name, { op, parameters = {} }]): [string, UnaryUse][] => {
        const [a = 0, b = 0] = Object.values(parameters);
        const run = (x: Tensor) => op!(x, ...Object.values(parameters));
        return op ? [[name, { row: name as UnaryName, a, b, run }]] : [];
      },
    ),
  ),
  ...Object.fromEntries(
    exponents.map((a): [string, UnaryUse] => [`pow ${a}`, { row: "pow", a, run: (x) => ops.pow(x, a) }]),
  ),
};

describe("unary ops on hostile values", () => {
  const engine = useEngine();

  it.each(Object.entries(unaryUses))("%s", async (name, { row, a = 0, b = 0, run }) => {
    await fc.assert(
      fc.asyncProperty(hostileArray([41], all), (x) =>
        expectSurvives(
          engine(),
          run,
          (values) => unaryReference(row, values, Math.fround(a), Math.fround(b)),
          (dy, values) => [unaryGradientReference(row, dy, values, Math.fround(a), Math.fround(b))],
          [x],
          name,
          (unaryTable[row] as UnaryRow).flops[0] > 3 ? 1e-6 : 1e-7, // those with an exponential
        ),
      ),
      properties,
    );
  });

  it("keep the sign of 0", async () => {
    const x = engine().tensor([0, -0]);
    expect([...(await ops.neg(x).data())]).toEqual([-0, 0]);
    expect([...(await ops.scale(x, 3).data())]).toEqual([0, -0]);
    expect([...(await ops.pow(x, 3).data())]).toEqual([0, -0]);
    expect([...(await ops.pow(x, engine().tensor([3])).data())]).toEqual([0, -0]);
  });
});

describe("binary ops on hostile values", () => {
  const engine = useEngine();
  const { add, sub, mul, div, maximum, minimum, pow } = ops;
  const binaryOps: Record<BinaryName, (a: Tensor, b: Tensor) => Tensor> = {
    add,
    sub,
    mul,
    div,
    maximum,
    minimum,
    pow,
  };
  const names = Object.keys(binaryOps) as BinaryName[];

  it.each(names)("%s", async (name) => {
    // In slopes of pow and div intermediate results leave float32 where the result does not.
    const values = name === "pow" ? [...strange, 2, -2, 3, -8, 1 / 3] : all;
    const pairs = fc.tuple(hostileArray([41], values), hostileArray([41], name === "div" ? strange : values));
    await fc.assert(
      fc.asyncProperty(pairs, ([a, b]) =>
        expectSurvives(
          engine(),
          binaryOps[name],
          (p, q) => binaryReference(name, p!, q!),
          (dy, p, q) => binaryGradientReference(name, dy, p!, q!),
          [a, b],
          name,
          1e-7,
        ),
      ),
      properties,
    );
  });

  /** Values and slopes by base and exponent as PyTorch 2 computes them (aten/src/ATen/native, FunctionsManual.cpp: pow_backward). */
  it.each([
    { base: -2, exponent: 3, value: -8, byBase: 12, byExponent: Number.NaN },
    { base: 0, exponent: 2, value: 0, byBase: 0, byExponent: 0 },
    { base: 0, exponent: 0, value: 1, byBase: 0, byExponent: 0 },
    { base: 0, exponent: 1, value: 0, byBase: 1, byExponent: 0 },
    { base: 0, exponent: -1, value: Infinity, byBase: -Infinity, byExponent: -Infinity },
    { base: 0, exponent: 0.5, value: 0, byBase: Infinity, byExponent: 0 },
    { base: -8, exponent: 1 / 3, value: Number.NaN, byBase: Number.NaN, byExponent: Number.NaN },
    { base: -2, exponent: 2, value: 4, byBase: -4, byExponent: Number.NaN },
    { base: 1, exponent: Number.NaN, value: 1, byBase: Number.NaN, byExponent: 0 },
    { base: Number.NaN, exponent: 0, value: 1, byBase: 0, byExponent: Number.NaN },
  ])("pow($base, $exponent) = $value", async ({ base, exponent, value, byBase, byExponent }) => {
    const one = array64([1], [1]);
    const inputs = [array64([1], [base]), array64([1], [exponent])];
    const { y, gradients } = await runWithGradients(engine(), ops.pow, inputs, one);
    const near = (x: number) => (Number.isFinite(x) ? expect.closeTo(x, 4) : x);
    expect([y[0], gradients[0]![0], gradients[1]![0]]).toEqual([value, byBase, byExponent].map(near));
    const constant = await runWithGradients(engine(), (x) => ops.pow(x, exponent), [inputs[0]!], one).catch(
      () => undefined, // a constant exponent must be finite
    );
    if (constant) expect([constant.y[0], constant.gradients[0]![0]]).toEqual([value, byBase].map(near));
    else expect(exponent).toBeNaN();
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import * as ops from "../../../kernels/elementwise/index.ts";
import { unaryGradientReference, unaryReference } from "../../../kernels/elementwise/unary.reference.ts";
import type { UnaryRow } from "../../../kernels/elementwise/unary.ts";
import { type UnaryName, unaryTable } from "../../../kernels/elementwise/unary-table.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { unaryScale } from "../../../lessons/properties/families/elementwise.ts";
import { useEngine } from "../../support/engine.ts";
import { checkReferenceGradient, expectMatchesReference, runWithGradients } from "../../support/gradient.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";

interface Case {
  readonly row: UnaryName;
  readonly op: (x: Tensor) => Tensor;
  readonly a?: number | undefined;
  readonly b?: number | undefined;
  /** of the inputs; those of the row unless given */
  readonly range?: readonly [number, number];
}

/** Every row with an op of its own, with the parameters of its checks. */
const rows = Object.entries(unaryTable as Record<string, UnaryRow>).flatMap(
  ([name, { op, parameters = {} }]): [string, Case][] => {
    const values = Object.values(parameters);
    const [a, b] = values;
    return op ? [[name, { row: name as UnaryName, op: (x) => op(x, ...values), a, b }]] : [];
  },
);
const cases: Record<string, Case> = {
  ...Object.fromEntries(rows),
  "leakyRelu .2": { row: "leakyRelu", op: (x) => ops.leakyRelu(x), a: 0.2 },
  "elu 1": { row: "elu", op: (x) => ops.elu(x), a: 1 },
  neg: { row: "affine", op: ops.neg, a: -1 },
  scale: { row: "affine", op: (x) => ops.scale(x, 0.7), a: 0.7 },
  addScalar: { row: "affine", op: (x) => ops.addScalar(x, -1.5), a: 1, b: -1.5 },
  "pow 1": { row: "pow", op: (x) => ops.pow(x, 1), a: 1 },
  "pow -2": { row: "pow", op: (x) => ops.pow(x, -2), a: -2, range: [0.3, 3] },
  "pow 1.7": { row: "pow", op: (x) => ops.pow(x, 1.7), a: 1.7, range: [0.1, 3] },
};

const shapes = fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 4 });

describe("unary ops", () => {
  const engine = useEngine();

  for (const [name, unaryCase] of Object.entries(cases)) {
    const { row, op, a = 0, b = 0 } = unaryCase;
    const range = unaryCase.range ?? (unaryTable[row] as UnaryRow).range ?? [-3, 3];
    const scale = unaryScale(range, row, a, b);
    const forward = (x: Array64) => unaryReference(row, x, a, b);
    const gradient = (dy: Array64, x: Array64) => [unaryGradientReference(row, dy, x, a, b)];

    it(`${name} matches the reference on random shapes`, async () => {
      await fc.assert(
        fc.asyncProperty(shapes, fc.nat(1e6), async (shape, seed) => {
          await expectMatchesReference(
            engine(),
            op,
            forward,
            gradient,
            [randomArray(shape, seed, ...range)],
            {
              forward: { scale },
              gradients: [{ scale }],
            },
          );
        }),
        { ...properties, numRuns: Math.ceil(properties.numRuns / 2) },
      );
    });

    it(`${name} has a reference whose gradient agrees with central differences`, () => {
      checkReferenceGradient(forward, gradient, [randomArray([40], 3, ...range)]);
    });
  }

  it("keeps its relative precision far from 0 and near it", async () => {
    const values = [-1e4, -300, -20, -1e-2, -1e-4, -1e-6, 1e-6, 1e-4, 1e-2, 20, 300, 1e4].map(Math.fround);
    for (const name of [
      "relu",
      "elu",
      "selu",
      "sigmoid",
      "tanh",
      "softplus",
      "silu",
      "softsign",
      "relu6",
      "hardSigmoid",
    ]) {
      const { row, op, a, b } = cases[name]!;
      const x = array64([values.length], values);
      const expected = unaryReference(row, x, a, b);
      const { y, gradients } = await runWithGradients(
        engine(),
        op,
        [x],
        array64(
          x.shape,
          values.map(() => 1),
        ),
      );
      for (const [i, value] of expected.data.entries()) {
        const where = `${name}(${values[i]})`;
        expect(Math.abs(y[i]! - value), where).toBeLessThanOrEqual(2e-6 * Math.abs(value) + 1e-37);
        expect(Number.isFinite(gradients[0]![i]), `${where}: gradient ${gradients[0]![i]}`).toBe(true);
      }
    }
  });

  /** N. Juffa's polynomials are within 1 ulp of erf; what is left is float32's rounding of x and of the products. */
  it("has a gelu that is within 1.2e-7 of |x|, erf within 1.2e-7", async () => {
    const places = Array.from({ length: 20001 }, (_, i) => Math.fround((i - 10000) / 800)); // -12.5 to 12.5
    const x = array64([places.length], places);
    const y = await ops.gelu(engine().tensor(x.data)).data();
    const exact = unaryReference("gelu", x).data;
    const errors = places.map((place, i) => Math.abs(y[i]! - exact[i]!) / Math.max(Math.abs(place), 1e-30));
    expect(Math.max(...errors)).toBeLessThan(1.2e-7);
    const tail = places.map((place, i) => (place < -2 && place > -5.3 ? Math.abs(y[i]! / exact[i]! - 1) : 0));
    expect(Math.max(...tail)).toBeLessThan(1e-4); // relative: 1 + erf would have no digit left
  });

  /** torch 2: F.gelu(x, approximate="none" | "tanh"), F.silu, F.hardsigmoid, F.hardswish, F.softsign in float64. */
  it("has PyTorch's values", async () => {
    const x = engine().tensor([-2.5, -0.3, 1.7]);
    const at = async (y: Tensor) => [...(await y.data())];
    const near = (values: number[]) => values.map((value) => expect.closeTo(value, 6));
    expect(await at(ops.gelu(x))).toEqual(near([-0.015524163, -0.11462657, 1.6242387]));
    expect(await at(ops.gelu(x, { approximate: true }))).toEqual(
      near([-0.015084266, -0.11462908, 1.6241059]),
    );
    expect(await at(ops.silu(x))).toEqual(near([-0.18964545, -0.12766724, 1.437409]));
    expect(await at(ops.hardSigmoid(x))).toEqual(near([0.083333333, 0.45, 0.78333333]));
    expect(await at(ops.hardSilu(x))).toEqual(near([-0.20833333, -0.135, 1.3316667]));
    expect(await at(ops.softsign(x))).toEqual(near([-0.71428571, -0.23076923, 0.62962963]));
  });

  it("has the slope at a kink that is said: 0 of relu, abs, relu6 and hardSigmoid, 1 of clip, 0 and 1 of hardSilu", async () => {
    const ones = array64([2], [1, 1]);
    const at = async (op: (x: Tensor) => Tensor, values: number[]) => [
      ...(await runWithGradients(engine(), op, [array64([2], values)], ones)).gradients[0]!,
    ];
    expect(await at(ops.relu, [0, -0])).toEqual([0, 0]);
    expect(await at(ops.abs, [0, -0])).toEqual([0, 0]);
    expect(await at(ops.relu6, [0, 6])).toEqual([0, 0]);
    expect(await at(ops.hardSigmoid, [-3, 3])).toEqual([0, 0]);
    expect(await at(ops.hardSilu, [-3, 3])).toEqual([0, 1]);
    expect(await at((x) => ops.clip(x, -1, 2), [-1, 2])).toEqual([1, 1]);
  });

  it("does not hide a NaN", async () => {
    const x = engine().tensor([Number.NaN, 1]);
    for (const [name, { op }] of Object.entries(cases)) expect((await op(x).data())[0], name).toBeNaN();
  });

  it("rejects parameters and tensors it cannot work with", () => {
    const x = engine().zeros([3]);
    expect(() => ops.leakyRelu(x, -1)).toThrow(ArgumentError);
    expect(() => ops.elu(x, Number.NaN)).toThrow("elu: alpha must be 0 or above, got NaN.");
    expect(() => ops.gelu(x, { approximate: 1 as unknown as boolean })).toThrow(ArgumentError);
    expect(() => ops.clip(x, 2, 1)).toThrow("clip: min 2 is above max 1.");
    expect(() => ops.scale(x, 1e39)).toThrow("scale: factor must be a finite float32 number, got 1e+39.");
    expect(() => ops.relu(engine().zeros([3], "u32"))).toThrow(ShapeError);
  });
});

describe("activationGradient", () => {
  const engine = useEngine();

  it("multiplies with the derivative at the output", async () => {
    const x = randomArray([5, 7], 2, -3, 3);
    const dy = randomArray([5, 7], 3);
    for (const name of ["relu", "sigmoid", "tanh"] as const) {
      const y = unaryReference(name, x);
      const dz = ops.activationGradient(
        engine().tensor(dy.data, dy.shape),
        engine().tensor(y.data, y.shape),
        name,
      );
      const expected = unaryGradientReference(name, dy, x);
      const actual = (await dz.data()) as Float32Array;
      for (const [i, value] of expected.data.entries()) {
        expect(Math.abs(actual[i]! - value), `${name} ${i}`).toBeLessThan(1e-6);
      }
    }
  });

  it("hands on the gradient of a linear activation, and names both shapes when they differ", () => {
    const [dy, y] = [engine().zeros([2, 3]), engine().zeros([3, 2])];
    expect(ops.activationGradient(dy, dy, "linear")).toBe(dy);
    expect(() => ops.activationGradient(dy, y, "relu")).toThrow("dy [2,3], y [3,2]");
  });
});

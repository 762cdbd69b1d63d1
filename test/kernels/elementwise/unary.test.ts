import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import * as ops from "../../../kernels/elementwise/index.ts";
import { unaryGradientReference, unaryReference } from "../../../kernels/elementwise/unary.reference.ts";
import { seluAlpha, seluScale, type UnaryName } from "../../../kernels/elementwise/unary-table.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { useEngine } from "../../support/engine.ts";
import { checkReferenceGradient, expectMatchesReference, runWithGradients } from "../../support/gradient.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";

interface Case {
  readonly row: UnaryName;
  readonly op: (x: Tensor) => Tensor;
  readonly a?: number;
  readonly b?: number;
  /** of the inputs; -3 to 3 unless given */
  readonly range?: readonly [number, number];
  /** size of the largest values and derivatives, 3 unless given */
  readonly scale?: number;
}

const cases: Record<string, Case> = {
  relu: { row: "relu", op: ops.relu },
  "leakyRelu .3": { row: "leakyRelu", op: (x) => ops.leakyRelu(x), a: 0.3 },
  "leakyRelu .01": { row: "leakyRelu", op: (x) => ops.leakyRelu(x, 0.01), a: 0.01 },
  "elu .5": { row: "elu", op: (x) => ops.elu(x, 0.5), a: 0.5 },
  selu: { row: "selu", op: ops.selu, a: seluAlpha, b: seluScale },
  sigmoid: { row: "sigmoid", op: ops.sigmoid },
  tanh: { row: "tanh", op: ops.tanh },
  softplus: { row: "softplus", op: ops.softplus },
  exp: { row: "exp", op: ops.exp, scale: 20 },
  log: { row: "log", op: ops.log, range: [0.1, 4], scale: 10 },
  sqrt: { row: "sqrt", op: ops.sqrt, range: [0.1, 4] },
  square: { row: "square", op: ops.square },
  abs: { row: "abs", op: ops.abs },
  neg: { row: "affine", op: ops.neg, a: -1 },
  scale: { row: "affine", op: (x) => ops.scale(x, 0.7), a: 0.7 },
  addScalar: { row: "affine", op: (x) => ops.addScalar(x, -1.5), a: 1, b: -1.5 },
  clip: { row: "clip", op: (x) => ops.clip(x, -0.5, 1.25), a: -0.5, b: 1.25 },
  "pow 3": { row: "pow", op: (x) => ops.pow(x, 3), a: 3, scale: 27 },
  "pow 1": { row: "pow", op: (x) => ops.pow(x, 1), a: 1 },
  "pow -2": { row: "pow", op: (x) => ops.pow(x, -2), a: -2, range: [0.3, 3], scale: 74 },
  "pow 1.7": { row: "pow", op: (x) => ops.pow(x, 1.7), a: 1.7, range: [0.1, 3] },
};
const shapes = fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 4 });

describe("unary ops", () => {
  const engine = useEngine();

  for (const [name, { row, op, a = 0, b = 0, range = [-3, 3], scale = 3 }] of Object.entries(cases)) {
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
    for (const name of ["relu", "elu .5", "selu", "sigmoid", "tanh", "softplus"]) {
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

  it("has the derivative 0 for relu and abs at 0, and 1 for clip at its ends", async () => {
    const ones = array64([2], [1, 1]);
    const at = async (op: (x: Tensor) => Tensor, values: number[]) => [
      ...(await runWithGradients(engine(), op, [array64([2], values)], ones)).gradients[0]!,
    ];
    expect(await at(ops.relu, [0, -0])).toEqual([0, 0]);
    expect(await at(ops.abs, [0, -0])).toEqual([0, 0]);
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

/** @file Gradient checks of the elementwise ops. */
import type { Shape } from "../../../engine/shape.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { binaryReference } from "../../../kernels/elementwise/binary.reference.ts";
import type { BinaryName } from "../../../kernels/elementwise/binary-table.ts";
import * as ops from "../../../kernels/elementwise/index.ts";
import { unaryReference } from "../../../kernels/elementwise/unary.reference.ts";
import { seluAlpha, seluScale, type UnaryName } from "../../../kernels/elementwise/unary-table.ts";
import { thresholdReluReference } from "../../../kernels/threshold-relu/threshold-relu.reference.ts";
import { thresholdRelu } from "../../../kernels/threshold-relu/threshold-relu.ts";
import type { CheckedOp, GradcheckCase, OpFamily } from "../checked-op.ts";
import { anywhere, awayFrom, between, type Draw, grid } from "../draws.ts";

const kinkAtZero = "x keeps 0.1 away from 0, where the slope jumps";
const aroundZero = between(-2, 2);
const aboveZero = between(0.3, 2);

/** A unary function: its row of the table, the parameters of the row, and where x comes from. */
interface UnaryUse {
  readonly row: UnaryName;
  readonly parameters?: readonly [number, number?];
  readonly draw: Draw;
  readonly label?: string;
}

function unary(name: string, run: (x: Tensor) => Tensor, use: UnaryUse, note?: string): CheckedOp {
  return { name, cases: [unaryCase(run, use)], ...(note ? { note } : {}) };
}

function unaryCase(
  run: (x: Tensor) => Tensor,
  { row, parameters = [0, 0], draw, label = "elementwise" }: UnaryUse,
): GradcheckCase {
  return {
    label,
    inputs: [{ name: "x", shape: [3, 5], draw }],
    run,
    reference: (x) => unaryReference(row, x, ...parameters),
  };
}

const shapePairs: readonly { label: string; a: Shape; b: Shape }[] = [
  { label: "equal shapes", a: [3, 5], b: [3, 5] },
  { label: "b repeated for every row", a: [3, 5], b: [5] },
  { label: "a and b stretched along different axes", a: [2, 1, 4], b: [3, 1] },
];

type BinaryOp = (a: Tensor, b: Tensor) => Tensor;

function binary(name: BinaryName, op: BinaryOp, a: Draw, b: Draw, note?: string): CheckedOp {
  const cases = shapePairs.map((pair) => ({
    label: pair.label,
    inputs: [
      { name: "a", shape: pair.a, draw: a },
      { name: "b", shape: pair.b, draw: b },
    ],
    run: op,
    reference: binaryReference.bind(undefined, name),
  }));
  return { name, cases, ...(note ? { note } : {}) };
}

const unaryOps: readonly CheckedOp[] = [
  unary("neg", ops.neg, { row: "affine", parameters: [-1], draw: anywhere }),
  unary("scale", (x) => ops.scale(x, 2.5), { row: "affine", parameters: [2.5], draw: anywhere }),
  unary("add-scalar", (x) => ops.addScalar(x, 0.7), { row: "affine", parameters: [1, 0.7], draw: anywhere }),
  unary("relu", ops.relu, { row: "relu", draw: awayFrom(0) }, kinkAtZero),
  unary(
    "leaky-relu",
    (x) => ops.leakyRelu(x, 0.2),
    { row: "leakyRelu", parameters: [0.2], draw: awayFrom(0), label: "alpha 0.2" },
    kinkAtZero,
  ),
  unary(
    "elu",
    (x) => ops.elu(x, 1.5),
    { row: "elu", parameters: [1.5], draw: awayFrom(0), label: "alpha 1.5" },
    kinkAtZero,
  ),
  unary("selu", ops.selu, { row: "selu", parameters: [seluAlpha, seluScale], draw: awayFrom(0) }, kinkAtZero),
  unary("sigmoid", ops.sigmoid, { row: "sigmoid", draw: aroundZero }),
  unary("tanh", ops.tanh, { row: "tanh", draw: aroundZero }),
  unary("softplus", ops.softplus, { row: "softplus", draw: aroundZero }),
  unary("exp", ops.exp, { row: "exp", draw: aroundZero }),
  unary("log", ops.log, { row: "log", draw: aboveZero }, "x is above 0.3"),
  unary("sqrt", ops.sqrt, { row: "sqrt", draw: aboveZero }, "x is above 0.3"),
  unary("square", ops.square, { row: "square", draw: aroundZero }),
  unary("abs", ops.abs, { row: "abs", draw: awayFrom(0) }, kinkAtZero),
  unary(
    "clip",
    (x) => ops.clip(x, -0.5, 0.4),
    { row: "clip", parameters: [-0.5, 0.4], draw: awayFrom(-0.5, 0.4), label: "to -0.5 .. 0.4" },
    "x keeps 0.1 away from both ends, where the slope jumps",
  ),
];

const power: CheckedOp = {
  ...binary("pow", ops.pow, aboveZero, anywhere, "a is above 0.3 where the exponent is a tensor"),
  cases: [
    unaryCase((x) => ops.pow(x, 3), { row: "pow", parameters: [3], draw: anywhere, label: "x^3" }),
    unaryCase((x) => ops.pow(x, -0.5), { row: "pow", parameters: [-0.5], draw: aboveZero, label: "x^-0.5" }),
    ...binary("pow", ops.pow, aboveZero, anywhere).cases,
  ],
};

const options = { maxValue: 0.7, negativeSlope: 0.3, threshold: 0.2 };
const rectifier: CheckedOp = {
  name: "threshold-relu",
  note: "x keeps 0.1 away from the threshold and the largest value, where the slope jumps",
  cases: [
    {
      label: "from 0.2 to 0.7, slope 0.3 below",
      inputs: [{ name: "x", shape: [3, 7], draw: awayFrom(0.2, 0.7) }],
      run: (x) => thresholdRelu(x, options),
      reference: (x) => thresholdReluReference(x, options),
    },
  ],
};

const neverEqual = "a and b are never equal: there the gradient jumps from one to the other";

export const elementwise: OpFamily = {
  title: "elementwise",
  ops: [
    ...unaryOps,
    rectifier,
    binary("add", ops.add, anywhere, anywhere),
    binary("sub", ops.sub, anywhere, anywhere),
    binary("mul", ops.mul, anywhere, anywhere),
    binary("div", ops.div, anywhere, awayFrom(0), "b keeps 0.1 away from 0"),
    binary("maximum", ops.maximum, grid(0), grid(0.1), neverEqual),
    binary("minimum", ops.minimum, grid(0), grid(0.1), neverEqual),
    power,
  ],
};

/** @file Gradient checks of the elementwise ops. */
import type { Shape } from "../../../engine/shape.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { binaryReference } from "../../../kernels/elementwise/binary.reference.ts";
import type { BinaryName } from "../../../kernels/elementwise/binary-table.ts";
import * as ops from "../../../kernels/elementwise/index.ts";
import { unaryReference } from "../../../kernels/elementwise/unary.reference.ts";
import type { UnaryRow } from "../../../kernels/elementwise/unary.ts";
import { type UnaryName, unaryTable } from "../../../kernels/elementwise/unary-table.ts";
import { thresholdReluReference } from "../../../kernels/threshold-relu/threshold-relu.reference.ts";
import { thresholdRelu } from "../../../kernels/threshold-relu/threshold-relu.ts";
import type { CheckedOp, GradcheckCase, OpFamily } from "../checked-op.ts";
import { anywhere, awayFrom, between, type Draw, grid, keptFrom } from "../draws.ts";

const aboveZero = between(0.3, 2);

/** A unary function: its row of the table, the parameters of the row, and where x comes from. */
interface UnaryUse {
  readonly row: UnaryName;
  readonly parameters?: readonly number[];
  readonly draw: Draw;
  readonly label?: string;
}

function unaryCase(
  run: (x: Tensor) => Tensor,
  { row, parameters = [], draw, label = "elementwise" }: UnaryUse,
): GradcheckCase {
  return {
    label,
    inputs: [{ name: "x", shape: [3, 5], draw }],
    run,
    reference: (x) => unaryReference(row, x, ...parameters),
  };
}

/** The check of a row that is an op. */
function ofRow(name: UnaryName): CheckedOp {
  const { op, parameters = {}, range, kinks }: UnaryRow = unaryTable[name];
  const values = Object.values(parameters);
  const label = Object.entries(parameters).map(([parameter, value]) => `${parameter} ${value}`);
  const within = between(...(range ?? [-2, 2]));
  const use = {
    row: name,
    parameters: values,
    draw: kinks ? keptFrom(kinks, within) : within,
    ...(label.length > 0 && { label: label.join(", ") }),
  };
  const note = kinks
    ? `x keeps 0.1 away from ${kinks.join(" and ")}, where the slope jumps`
    : range && `x is between ${range.join(" and ")}`;
  const cases = [unaryCase((x) => op!(x, ...values), use)];
  return { name: hyphenated(name), cases, ...(note && { note }) };
}

/** `leaky-relu` for leakyRelu */
function hyphenated(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
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

function affine(name: string, run: (x: Tensor) => Tensor, ...parameters: number[]): CheckedOp {
  return { name, cases: [unaryCase(run, { row: "affine", parameters, draw: anywhere })] };
}

const unaryOps: readonly CheckedOp[] = [
  affine("neg", ops.neg, -1),
  affine("scale", (x) => ops.scale(x, 2.5), 2.5),
  affine("add-scalar", (x) => ops.addScalar(x, 0.7), 1, 0.7),
  ...(Object.keys(unaryTable) as UnaryName[])
    .filter((name) => "op" in unaryTable[name] && !["pow", "gelu", "geluApproximate"].includes(name))
    .map(ofRow),
  { name: "gelu", cases: [...ofRow("gelu").cases, ...ofRow("geluApproximate").cases] },
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

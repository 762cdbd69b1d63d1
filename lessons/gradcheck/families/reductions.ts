/** @file Gradient checks of the reductions and the softmaxes. */
import type { Tensor } from "../../../engine/tensor.ts";
import { max, mean, min, type ReduceOptions, sum, variance } from "../../../kernels/reduce/index.ts";
import { type ReduceName, reduceReference } from "../../../kernels/reduce/reduce.reference.ts";
import { logSoftmax, softmax } from "../../../kernels/softmax/index.ts";
import { softmaxReference } from "../../../kernels/softmax/softmax.reference.ts";
import type { CheckedOp, OpFamily } from "../checked-op.ts";
import { anywhere, between, type Draw, distinct } from "../draws.ts";

const shape = [2, 3, 4];
const uses: readonly { label: string; options: ReduceOptions; axes: readonly number[] }[] = [
  { label: "over all axes", options: {}, axes: [0, 1, 2] },
  { label: "over the last axis", options: { axes: -1 }, axes: [2] },
  { label: "over axes 0 and 2, kept with size 1", options: { axes: [0, 2], keepDims: true }, axes: [0, 2] },
];

function reduction(
  name: ReduceName,
  op: (x: Tensor, options: ReduceOptions) => Tensor,
  draw: Draw,
  note?: string,
): CheckedOp {
  const cases = uses.map(({ label, options, axes }) => ({
    label,
    inputs: [{ name: "x", shape, draw }],
    run: (x: Tensor) => op(x, options),
    reference: (x: Parameters<typeof reduceReference>[1]) => reduceReference(name, x, axes),
  }));
  return { name, cases, ...(note ? { note } : {}) };
}

function normalization(name: string, op: (x: Tensor, axis: number) => Tensor, log: boolean): CheckedOp {
  const cases = [2, 1].map((axis) => ({
    label: `over axis ${axis}`,
    inputs: [{ name: "x", shape, draw: between(-3, 3) }],
    run: (x: Tensor) => op(x, axis),
    reference: (x: Parameters<typeof softmaxReference>[0]) => softmaxReference(x, axis, log),
  }));
  return { name, cases };
}

const noTies = "no two elements of x are equal: ties share the gradient, a jump";

export const reductions: OpFamily = {
  title: "reductions and softmax",
  ops: [
    reduction("sum", sum, anywhere),
    reduction("mean", mean, anywhere),
    reduction("max", max, distinct, noTies),
    reduction("min", min, distinct, noTies),
    reduction("variance", variance, anywhere),
    normalization("softmax", softmax, false),
    normalization("log-softmax", logSoftmax, true),
  ],
};

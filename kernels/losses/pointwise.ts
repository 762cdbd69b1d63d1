/** @file What the pointwise losses share: a row of the table run on the GPU, and its gradient. */

import { activationOf, fused } from "../../engine/autodiff/fusion.ts";
import type { Rule } from "../../engine/autodiff/tape.ts";
import { formatShape, ShapeError } from "../../engine/errors.ts";
import { kernel, run } from "../../engine/kernel.ts";
import { sameShape } from "../../engine/shape.ts";
import { aliasOf, type Tensor } from "../../engine/tensor.ts";
import { activationBefore } from "../elementwise/fused.ts";
import { fusedActivationCodes } from "../elementwise/fused-activation.ts";
import { requireFloat } from "../shape/arguments.ts";
import { naiveOnly } from "../tuning/mode.ts";
import {
  checkOptions,
  gradientConstants,
  type LossOptions,
  lossLaunch,
  requireLossArguments,
} from "./loss.ts";

/** A function f(x, t) of a prediction and its target, with up to one parameter: all that is known of it outside the shaders. */
export interface PointwiseRow {
  /** `const LOSS` of pointwise.wgsl and pointwise-gradient.wgsl */
  readonly code: number;
  /** f(x, t) in float64, for references. */
  value(x: number, t: number, parameter: number): number;
  /** by x */
  derivative(x: number, t: number, parameter: number): number;
  /** floating-point operations per prediction: of the value, and of the derivative times what comes back */
  readonly flops: readonly [number, number];
  /** the loss, whose options include its parameter */
  op(x: Tensor, t: Tensor, options?: LossOptions & { readonly delta?: number }): Tensor;
  /** Keras's names of it, the first of which results bear */
  readonly names: readonly string[];
  /** the parameter by its name, with the value that checks give it */
  readonly parameters?: { readonly delta: number };
  /** where checks take predictions from; -3 to 3 unless given. Targets are between 0 and 1. */
  readonly range?: readonly [number, number];
  /** where the slope jumps, by the target */
  readonly kinks?: (t: number) => readonly number[];
  /** of a sample the sum over the last axis, and the mean over the others; unless given the mean over all */
  readonly sums?: boolean;
  /** targets that are all 0 or 1 count as -1 and 1 */
  readonly signed?: boolean;
}

/** of the derivative of the activation in between, by its code */
const throughFlops = [0, 2, 2, 2, 4];

const forward = kernel("losses/pointwise", {
  reads: ["x", "targets", "weights"],
  writes: ["loss", "batch_loss"],
});
const backward = kernel("losses/pointwise-gradient", {
  reads: ["dy", "x", "targets", "weights"],
  writes: ["dx"],
});
const backwardInPlace = kernel("losses/pointwise-gradient", {
  reads: ["dy", "x", "targets", "weights"],
  updates: ["dx"],
});

const softmaxCode = 4;
const longestSoftmax = 64;

/** The mean of a row's function over the samples. `op` is what the user calls it. */
export function pointwise(
  op: string,
  row: PointwiseRow,
  x: Tensor,
  targets: Tensor,
  options: LossOptions,
  parameter = 0,
): Tensor {
  requireLossArguments(op, { prediction: x, target: targets }, options);
  requireFloat(op, "prediction", x);
  requireFloat(op, "target", targets);
  if (!sameShape(x.shape, targets.shape)) {
    const shapes = `prediction ${formatShape(x.shape)}, target ${formatShape(targets.shape)}`;
    throw new ShapeError(`${op}: prediction and target must have one shape. ${shapes}.`);
  }
  const samples = x.shape[0] ?? 1;
  checkOptions(op, samples, options);
  const length = x.size / samples;
  const divisor = row.sums ? length / (x.shape.at(-1) ?? 1) : length;
  const sizes = { LENGTH: length, DIVISOR: divisor, LOSS: row.code, PARAMETER: parameter };
  const launch = lossLaunch(x.engine, { samples, length, width: 4, constants: sizes }, options);
  const launchOptions = { ...launch.options, flops: row.flops[0] * x.size };
  const value = x.engine.scope(() =>
    launch.scalar(run(forward, { x, targets, ...launch.inputs }, launch.outputs, launchOptions)),
  );
  const { weights = x.engine.one } = options;
  const through = reach(x, length);
  const inputs = { targets, weights };
  const launchOf = (inPlace: boolean) => ({
    constants: {
      ...sizes,
      SAMPLES: samples,
      THROUGH: through,
      IN_PLACE: inPlace,
      ...gradientConstants(samples, options),
    },
    invocations: Math.ceil(x.size / 4),
    flops: (row.flops[1] + throughFlops[through]!) * x.size,
  });
  const rule: Rule = {
    inputs: [x],
    keeps: [x, targets, weights],
    backward: (dy, want) => {
      const dx = want(0);
      return [dx && run(backward, { dy, x, ...inputs }, { dx }, launchOf(false)).dx];
    },
  };
  /** Each element of x is read where its gradient is written, but with softmax, where all of its row is. */
  const overwrite = (dy: Tensor) => {
    const dx = aliasOf(x, x.shape);
    run(backwardInPlace, { dy, x: targets, ...inputs, dx }, {}, launchOf(true));
    return dx;
  };
  return fused(value, rule, {
    through: through > 0,
    overwrite: through === softmaxCode || naiveOnly() ? undefined : { tensor: x, gradient: overwrite },
  });
}

/** The shader's code for the activation before the loss, by whose slope it multiplies. */
function reach(x: Tensor, length: number): number {
  if (activationOf(x) !== "softmax") return fusedActivationCodes[activationBefore(x)];
  // Each element sums over its row: for short rows that is cheaper than another dispatch.
  return length === x.shape.at(-1) && length <= longestSoftmax ? softmaxCode : 0;
}

/** @file What hinge losses share: targets of 0 and 1, and the categorical hinge, which is made of other ops. */
import { formatShape, ShapeError } from "../../engine/errors.ts";
import { kernel, run } from "../../engine/kernel.ts";
import { sameShape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { addScalar, mul, relu, scale, sub } from "../elementwise/index.ts";
import { max, sum } from "../reduce/reduce.ts";
import { requireFloats } from "../shape/arguments.ts";
import { checkOptions, type LossOptions, requireLossArguments } from "./loss.ts";

const hingeTargets = kernel("losses/hinge-targets", { reads: ["t"], writes: ["y"] });

/** Keras's rule for targets: where all are 0 or 1, 0 becomes -1; others stay as they are. */
export function signedTargets(op: string, prediction: Tensor, target: Tensor, options: LossOptions): Tensor {
  requireLossArguments(op, { prediction, target }, options);
  requireFloats(op, { prediction, target });
  return run(hingeTargets, { t: target }, { y: target.shape }, { workgroups: 1 }).y;
}

/**
 * Keras's categorical hinge: max(1 + the largest prediction of another class - that of the true class, 0), the mean over samples.
 * As in Keras "another class" is the largest of (1 - target) * prediction, which is 0 at the true one; classes that are equally
 * large share the gradient.
 * @param prediction [..., classes] f32; all axes but the last count samples
 * @param target one-hot, of the same shape
 * @throws ShapeError or ArgumentError for tensors and options that do not fit
 */
export function categoricalHinge(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const op = "categoricalHinge";
  requireLossArguments(op, { prediction, target }, options);
  requireFloats(op, { prediction, target });
  const classes = prediction.shape.at(-1);
  if (classes === undefined || !sameShape(prediction.shape, target.shape)) {
    const shapes = `prediction ${formatShape(prediction.shape)}, target ${formatShape(target.shape)}`;
    throw new ShapeError(`${op}: prediction and target must be [..., classes] of one shape. ${shapes}.`);
  }
  const samples = prediction.size / classes;
  checkOptions(op, samples, options);
  const { weights, divisor = samples, perSample } = options;
  const { engine } = prediction;
  return engine.scope(() => {
    const own = sum(mul(target, prediction), { axes: -1 });
    const others = max(mul(addScalar(scale(target, -1), 1), prediction), { axes: -1 });
    const losses = relu(addScalar(sub(others, own), 1)).view([samples]);
    if (perSample) engine.copy(losses, perSample);
    const weighted = weights ? mul(losses, weights.view([samples])) : losses;
    return scale(sum(weighted), 1 / divisor);
  });
}

/** @file The gradient through an activation that dense or conv2d applied in their epilogue. */
import { formatShape, ShapeError } from "../../engine/errors.ts";
import { run } from "../../engine/kernel.ts";
import { sameShape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { type FusedActivation, fusedActivationCodes } from "./fused-activation.ts";
import { unaryGradient } from "./unary-kernels.ts";

/**
 * dz = dy * activation'(z), from the output y = activation(z). For "linear" it is dy itself, without a dispatch.
 * Leaves nothing on the tape: for backward rules.
 * @throws ShapeError if dy and y differ in shape
 */
export function activationGradient(dy: Tensor, y: Tensor, activation: FusedActivation): Tensor {
  if (activation === "linear") return dy;
  if (!sameShape(dy.shape, y.shape)) {
    const shapes = `dy ${formatShape(dy.shape)}, y ${formatShape(y.shape)}`;
    throw new ShapeError(`activationGradient: gradient and output must have one shape. ${shapes}.`);
  }
  const constants = { OP: fusedActivationCodes[activation] };
  const invocations = Math.ceil(y.size / 4);
  return run(unaryGradient, { dy, kept: y }, { dx: y.shape }, { constants, invocations }).dx;
}

/** @file The gradient of an activation from its output, for backward rules. */

import { formatShape, ShapeError } from "../../engine/errors.ts";
import { like, run } from "../../engine/kernel.ts";
import { sameShape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { requireFloats } from "../shape/arguments.ts";
import { checkFusedActivation, type FusedActivation, fusedActivationCodes } from "./fused-activation.ts";
import { unaryGradient } from "./unary-kernels.ts";

/**
 * dz = dy * activation'(z), from the output y = activation(z). For "linear" it is dy itself, without a dispatch.
 * Leaves nothing on the tape: for backward rules.
 * @throws ShapeError if dy and y differ in shape
 */
export function activationGradient(dy: Tensor, y: Tensor, activation: FusedActivation): Tensor {
  requireFloats("activationGradient", { dy, y });
  checkFusedActivation("activationGradient", activation);
  if (activation === "linear") return dy;
  if (!sameShape(dy.shape, y.shape)) {
    const shapes = `dy ${formatShape(dy.shape)}, y ${formatShape(y.shape)}`;
    throw new ShapeError(`activationGradient: gradient and output must have one shape. ${shapes}.`);
  }
  const constants = { OP: fusedActivationCodes[activation] };
  const invocations = Math.ceil(y.size / 4);
  return run(unaryGradient, { dy, kept: y }, { dx: like(dy) }, { constants, invocations }).dx;
}

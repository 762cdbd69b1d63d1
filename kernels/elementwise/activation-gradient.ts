/** @file Gradients through activations that dense and conv2d apply in their epilogue, and through those of their input. */

import { differentiable, type Rule } from "../../engine/autodiff/tape.ts";
import { formatShape, ShapeError } from "../../engine/errors.ts";
import { like, run } from "../../engine/kernel.ts";
import { sameShape } from "../../engine/shape.ts";
import { Tensor } from "../../engine/tensor.ts";
import { requireFloats } from "../shape/arguments.ts";
import { checkFusedActivation, type FusedActivation, fusedActivationCodes } from "./fused-activation.ts";
import { unaryGradient } from "./unary-kernels.ts";

/**
 * Marks `y` = activation(z) as differentiable, where z was never written and `rule` takes the gradient of z: its backward
 * receives dz. Ops that use y may compute dz themselves, by `sourceOf`; for the others one dispatch does.
 */
export function differentiableActivation(y: Tensor, activation: FusedActivation, rule: Rule): Tensor {
  if (activation === "linear") return differentiable(y, rule);
  const z = differentiable(new Tensor(y.engine, y.shape, y.dtype, y.storage, y.byteOffset), rule);
  return differentiable(y, {
    inputs: [z],
    keepsIfUsed: [y],
    activation,
    backward: (dy) => [activationGradient(dy, y, activation)],
  });
}

/** What an op's input x was made from: the gradient of `input` is that of x, taken through `activation`. */
export interface ActivationSource<Name extends string = FusedActivation> {
  readonly input: Tensor;
  readonly activation: Name;
}

/** How an op reaches through its input x to where the gradient is wanted: x itself, unless x is a fused activation. */
export function sourceOf(x: Tensor): ActivationSource {
  const { activation, inputs } = x.engine.tape?.ruleOf(x) ?? {};
  if (!activation || !inputs || !Object.hasOwn(fusedActivationCodes, activation))
    return { input: x, activation: "linear" };
  return { input: inputs[0]!, activation: activation as FusedActivation };
}

/** The same for losses, which also reach through a softmax over the last axis. */
export function sourceOfPrediction(x: Tensor): ActivationSource<FusedActivation | "softmax"> {
  const { activation, inputs } = x.engine.tape?.ruleOf(x) ?? {};
  return activation === "softmax" && inputs ? { input: inputs[0]!, activation } : sourceOf(x);
}

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

/** @file Losses that compare prediction and target element by element. */

import { differentiable } from "../../engine/autodiff/tape.ts";
import { formatShape, ShapeError } from "../../engine/errors.ts";
import { kernel, run } from "../../engine/kernel.ts";
import type { Constants } from "../../engine/shader.ts";
import { sameShape } from "../../engine/shape.ts";
import { aliasOf, type Tensor } from "../../engine/tensor.ts";
import { sourceOfPrediction } from "../elementwise/activation-gradient.ts";
import { fusedActivationCodes } from "../elementwise/fused-activation.ts";
import { requireFloat } from "../shape/arguments.ts";
import {
  checkOptions,
  gradientConstants,
  type LossOptions,
  lossLaunch,
  requireLossArguments,
} from "./loss.ts";

/** Operations for each prediction, by the loss's code: of the loss and of its gradient. */
const lossFlops = [3, 3, 10, 9];
const gradientFlops = [3, 3, 8, 3];
/** of the derivative of the activation in between, by its code */
const throughFlops = [0, 2, 2, 2, 4];

const forward = kernel("losses/pointwise", {
  reads: ["x", "targets", "weights"],
  writes: ["loss", "batch_loss"],
  flops: { x: ({ LOSS }) => lossFlops[Number(LOSS)]! },
});
const gradientFlopsOf = ({ LOSS, THROUGH }: Constants) =>
  gradientFlops[Number(LOSS)]! + throughFlops[Number(THROUGH)]!;
const backward = kernel("losses/pointwise-gradient", {
  reads: ["dy", "x", "targets", "weights"],
  writes: ["dx"],
  flops: { dx: gradientFlopsOf },
});
const backwardInPlace = kernel("losses/pointwise-gradient", {
  reads: ["dy", "x", "targets", "weights"],
  updates: ["dx"],
  flops: { dx: gradientFlopsOf },
});

const lossCodes = {
  meanSquaredError: 0,
  meanAbsoluteError: 1,
  binaryCrossentropy: 2,
  binaryCrossentropyFromLogits: 3,
};

const softmaxCode = 4;
const longestSoftmax = 64;

/** Mean of (prediction - target)^2 over all elements. Both [n, ...]; the target is a constant. */
export function meanSquaredError(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  return pointwise("meanSquaredError", prediction, target, options);
}

/** Mean of |prediction - target|; the derivative where they are equal is 0. */
export function meanAbsoluteError(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  return pointwise("meanAbsoluteError", prediction, target, options);
}

/**
 * Keras's binary cross-entropy of probabilities: clipped to 1e-7 and 1 - 1e-7 (in float32), averaged over all
 * elements of a sample and over samples. The gradient is 0 where the clip is active.
 */
export function binaryCrossentropy(probabilities: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  return pointwise("binaryCrossentropy", probabilities, target, options);
}

/** Binary cross-entropy of sigmoid(logits), without the clip: finite for all finite logits. */
export function binaryCrossentropyFromLogits(
  logits: Tensor,
  target: Tensor,
  options: LossOptions = {},
): Tensor {
  return pointwise("binaryCrossentropyFromLogits", logits, target, options);
}

function pointwise(op: keyof typeof lossCodes, x: Tensor, targets: Tensor, options: LossOptions): Tensor {
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
  const sizes = { LENGTH: length, LOSS: lossCodes[op] };
  const launch = lossLaunch(x.engine, { samples, length, constants: sizes }, options);
  const value = x.engine.scope(() =>
    launch.scalar(run(forward, { x, targets, ...launch.inputs }, launch.outputs, launch.options)),
  );
  const { weights = x.engine.one } = options;
  const { input, through } = reach(x, length);
  return differentiable(value, {
    inputs: [input],
    keeps: [x, targets, weights],
    backward: (dy, want, _, spent) => {
      const dx = want(0);
      if (!dx) return [undefined];
      const inPlace = through !== softmaxCode && input.dtype === x.dtype && spent?.(x) === true;
      const constants = {
        ...sizes,
        SAMPLES: samples,
        THROUGH: through,
        IN_PLACE: inPlace,
        ...gradientConstants(samples, options),
      };
      const work = { constants, invocations: Math.ceil(x.size / 4) };
      if (!inPlace) return [run(backward, { dy, x, targets, weights }, { dx }, work).dx];
      const gradient = aliasOf(x, input.shape);
      run(backwardInPlace, { dy, x: targets, targets, weights, dx: gradient }, {}, work);
      return [gradient];
    },
  });
}

/** Where the gradient is wanted, and the shader's code for the activation in between. */
function reach(x: Tensor, length: number): { readonly input: Tensor; readonly through: number } {
  const { input, activation } = sourceOfPrediction(x);
  if (activation !== "softmax") return { input, through: fusedActivationCodes[activation] };
  // Each element sums over its row: for short rows that is cheaper than another dispatch.
  const short = length === x.shape.at(-1) && length <= longestSoftmax;
  return short ? { input, through: softmaxCode } : { input: x, through: 0 };
}

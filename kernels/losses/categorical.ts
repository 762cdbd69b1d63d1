/** @file Losses over rows: the cross-entropy of logits and of probabilities, with one-hot targets or labels, and cosine similarity. */

import { activationOf, fused } from "../../engine/autodiff/fusion.ts";
import type { Rule } from "../../engine/autodiff/tape.ts";
import { formatShape, ShapeError } from "../../engine/errors.ts";
import { type Kernel, kernel, run } from "../../engine/kernel.ts";
import { sameShape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { requireFloat } from "../shape/arguments.ts";
import {
  checkOptions,
  gradientConstants,
  type LossOptions,
  lossLaunch,
  requireLossArguments,
} from "./loss.ts";

interface LossKernels {
  /** the predictions are probabilities, divided by their sum */
  readonly renormalizes: boolean;
  /** targets may be one label a row */
  readonly takesLabels: boolean;
  readonly forward: Kernel<"x" | "targets" | "weights", "loss" | "batch_loss" | "statistics">;
  readonly backward: Kernel<"dy" | "x" | "targets" | "statistics" | "weights", "dx">;
}

/** `flops`: operations for each prediction, of the loss and of its gradient. */
function lossKernels(
  file: string,
  renormalizes: boolean,
  flops: readonly [number, number],
  takesLabels = true,
): LossKernels {
  return {
    renormalizes,
    takesLabels,
    forward: kernel(`losses/${file}`, {
      reads: ["x", "targets", "weights"],
      writes: ["loss", "statistics", "batch_loss"],
      flops: { x: flops[0] },
    }),
    backward: kernel(`losses/${file}-gradient`, {
      reads: ["dy", "x", "targets", "statistics", "weights"],
      writes: ["dx"],
      flops: { dx: flops[1] },
    }),
  };
}

// Beyond it softmax gets a dispatch of its own: here each element sums over its row.
const longestSoftmax = 256;

const fromLogits = lossKernels("softmax-cross-entropy", false, [9, 6]);
const fromProbabilities = lossKernels("categorical-crossentropy", true, [9, 8]);
const cosine = lossKernels("cosine-similarity", false, [8, 5], false);

/**
 * Cross-entropy of softmax(logits), mean over samples, fused: finite for all finite logits.
 * @param logits [..., classes]; all axes but the last count samples
 * @param targets one-hot or probabilities [..., classes] (f32), or labels [...] (u32 or i32). A label that is no
 * class makes the loss NaN.
 */
export function softmaxCrossEntropy(logits: Tensor, targets: Tensor, options: LossOptions = {}): Tensor {
  return rowLoss("softmaxCrossEntropy", fromLogits, logits, targets, options);
}

/**
 * Keras's categorical cross-entropy of probabilities: divided by their sum, clipped to 1e-7 and 1 - 1e-7 (in
 * float32), mean over samples. The gradient does not pass where the clip is active. NaN for a row whose sum is 0, as in Keras.
 * @param probabilities [..., classes]
 * @param targets one-hot or probabilities, of the same shape
 */
export function categoricalCrossentropy(
  probabilities: Tensor,
  targets: Tensor,
  options: LossOptions = {},
): Tensor {
  const op = "categoricalCrossentropy";
  requireLossArguments(op, { prediction: probabilities, targets }, options);
  requireFloat(op, "targets", targets);
  return rowLoss(op, fromProbabilities, probabilities, targets, options);
}

/** categoricalCrossentropy with labels [...] (u32 or i32). A label that is no class makes the loss NaN. */
export function sparseCategoricalCrossentropy(
  probabilities: Tensor,
  labels: Tensor,
  options: LossOptions = {},
): Tensor {
  const op = "sparseCategoricalCrossentropy";
  requireLossArguments(op, { prediction: probabilities, labels }, options);
  if (labels.dtype === "f32") throw new ShapeError(`${op}: labels must be u32 or i32, got f32.`);
  return rowLoss(op, fromProbabilities, probabilities, labels, options);
}

/**
 * Keras's cosine similarity as a loss: -1 where prediction and target point the same way, 1 where they point opposite ways, the
 * mean over samples. Both [..., values], f32. Vectors shorter than 1e-7 count as if they were that long: 0 for one of zeros.
 */
export function cosineSimilarity(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const op = "cosineSimilarity";
  requireLossArguments(op, { prediction, targets: target }, options);
  requireFloat(op, "targets", target);
  return rowLoss(op, cosine, prediction, target, options);
}

/** What the losses over rows share: a cross-entropy, or another function of a row of predictions and its targets. */
function rowLoss(
  op: string,
  { forward, backward, renormalizes, takesLabels }: LossKernels,
  x: Tensor,
  targets: Tensor,
  options: LossOptions,
): Tensor {
  requireLossArguments(op, { prediction: x, targets }, options);
  requireFloat(op, "prediction", x);
  checkTargets(op, x, targets);
  const classes = x.shape.at(-1)!;
  const samples = x.size / classes;
  checkOptions(op, samples, options);
  const sizes = { CLASSES: classes, ...(takesLabels && { LABELS: targets.dtype !== "f32" }) };
  const launch = lossLaunch(x.engine, { samples, length: classes, constants: sizes }, options);
  const { value, statistics } = x.engine.scope(() => {
    const outputs = { ...launch.outputs, statistics: [samples, 4] };
    const written = run(forward, { x, targets, ...launch.inputs }, outputs, launch.options);
    return { value: launch.scalar(written), statistics: written.statistics };
  });
  const { weights = x.engine.one } = options;
  const throughSoftmax = activationOf(x) === "softmax" && renormalizes && classes <= longestSoftmax;
  const rule: Rule = {
    inputs: [x],
    keeps: [x, targets, statistics, weights],
    backward: (dy, want) => {
      const dx = want(0);
      const softmax = renormalizes ? { SOFTMAX: throughSoftmax } : {};
      const constants = { ...sizes, ...softmax, ...gradientConstants(samples, options) };
      const inputs = { dy, x, targets, statistics, weights };
      return [dx && run(backward, inputs, { dx }, { constants, invocations: x.size }).dx];
    },
  };
  return fused(value, rule, { through: throughSoftmax });
}

function checkTargets(op: string, x: Tensor, targets: Tensor): void {
  const labels = targets.dtype === "u32" || targets.dtype === "i32";
  const expected = labels ? x.shape.slice(0, -1) : x.shape;
  const known = labels || targets.dtype === "f32";
  if (x.shape.length > 0 && known && sameShape(targets.shape, expected)) return;
  const shapes = `prediction ${formatShape(x.shape)}, targets ${formatShape(targets.shape)} ${targets.dtype}`;
  throw new ShapeError(
    `${op}: targets must be f32 of the prediction's shape [..., classes], or labels [...]. ${shapes}.`,
  );
}

/**
 * @file The losses that compare prediction and target element by element: one row each of shader code, value, derivative and
 * cost, and below the table the ops. The reference computes with the rows; gradient checks, fuzz and golden cases find the ops in them.
 */
import { checkOption, checkOptionNames } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { signedTargets } from "./hinge.ts";
import { type LossOptions, probabilityClip } from "./loss.ts";
import { type PointwiseRow, pointwise } from "./pointwise.ts";

const [lowest, highest] = probabilityClip;
const clip = (p: number, high: number = highest) => Math.min(Math.max(p, lowest), high);

/** What is missing to a margin of 1, for targets of -1 and 1. */
const missing = (x: number, t: number) => Math.max(1 - t * x, 0);
/** NaN stays: comparisons would lose it. */
const where = (x: number, t: number, condition: boolean, slope: number) =>
  Number.isNaN(x + t) ? x + t : condition ? slope : 0;

/** The losses that compare prediction and target element by element: value, derivative, cost and names of each. */
export const pointwiseTable = {
  meanSquaredError: {
    code: 0,
    value: (x, t) => (x - t) ** 2,
    derivative: (x, t) => 2 * (x - t),
    flops: [3, 3],
    op: meanSquaredError,
    names: ["mean_squared_error", "mse"],
  },
  meanAbsoluteError: {
    code: 1,
    value: (x, t) => Math.abs(x - t),
    derivative: (x, t) => Math.sign(x - t),
    flops: [3, 3],
    op: meanAbsoluteError,
    names: ["mean_absolute_error", "mae"],
    kinks: (t) => [t],
  },
  binaryCrossentropy: {
    code: 2,
    value: (x, t) => -t * Math.log(clip(x)) - (1 - t) * Math.log1p(-clip(x)),
    derivative: (x, t) => (x === clip(x) || Number.isNaN(x + t) ? (x - t) / (x * (1 - x)) : 0),
    flops: [10, 8],
    op: binaryCrossentropy,
    names: ["binary_crossentropy"],
    range: [0.05, 0.95],
  },
  binaryCrossentropyFromLogits: {
    code: 3,
    value: (x, t) => Math.max(x, 0) - x * t + Math.log1p(Math.exp(-Math.abs(x))),
    derivative: (x, t) => 1 / (1 + Math.exp(-x)) - t,
    flops: [9, 3],
    op: binaryCrossentropyFromLogits,
    names: ["binary_crossentropy_from_logits"],
  },
  huber: {
    code: 4,
    value: (x, t, delta) => {
      const error = Math.abs(x - t);
      return error <= delta ? 0.5 * error ** 2 : delta * (error - 0.5 * delta);
    },
    derivative: (x, t, delta) => Math.min(Math.max(x - t, -delta), delta),
    flops: [6, 3],
    op: huber,
    names: ["huber"],
    parameters: { delta: 0.7 },
  },
  logCosh: {
    code: 5,
    value: (x, t) => Math.abs(x - t) + Math.log1p(Math.expm1(-2 * Math.abs(x - t)) / 2),
    derivative: (x, t) => Math.tanh(x - t),
    flops: [15, 10],
    op: logCosh,
    names: ["log_cosh", "logcosh"],
  },
  hinge: {
    code: 6,
    value: missing,
    derivative: (x, t) => where(x, t, missing(x, t) > 0, -t),
    flops: [5, 5],
    op: hinge,
    names: ["hinge"],
    signed: true,
    range: [-2, 2],
    kinks: (t) => [1 / t],
  },
  squaredHinge: {
    code: 7,
    value: (x, t) => missing(x, t) ** 2,
    derivative: (x, t) => where(x, t, true, -2 * t * missing(x, t)),
    flops: [6, 7],
    op: squaredHinge,
    names: ["squared_hinge"],
    signed: true,
    range: [-2, 2],
  },
  klDivergence: {
    code: 8,
    value: (x, t) => clip(t, 1) * Math.log(clip(t, 1) / clip(x, 1)),
    derivative: (x, t) => where(x, t, x === clip(x, 1), -clip(t, 1) / x),
    flops: [16, 6],
    op: klDivergence,
    names: ["kl_divergence", "kullback_leibler_divergence", "kld"],
    range: [0.05, 0.95],
    sums: true,
  },
} as const satisfies Record<string, PointwiseRow>;

/** Names of the losses that compare element by element. */
export type PointwiseName = keyof typeof pointwiseTable;

/** Mean of (prediction - target)^2 over all elements. Both [n, ...]; the target is a constant. */
export function meanSquaredError(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  return pointwise("meanSquaredError", pointwiseTable.meanSquaredError, prediction, target, options);
}

/** Mean of |prediction - target|; the derivative where they are equal is 0. */
export function meanAbsoluteError(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  return pointwise("meanAbsoluteError", pointwiseTable.meanAbsoluteError, prediction, target, options);
}

/**
 * Keras's binary cross-entropy of probabilities: clipped to 1e-7 and 1 - 1e-7 (in float32), averaged over all
 * elements of a sample and over samples. The gradient is 0 where the clip is active.
 */
export function binaryCrossentropy(probabilities: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  return pointwise("binaryCrossentropy", pointwiseTable.binaryCrossentropy, probabilities, target, options);
}

/** Binary cross-entropy of sigmoid(logits), without the clip: finite for all finite logits. */
export function binaryCrossentropyFromLogits(
  logits: Tensor,
  target: Tensor,
  options: LossOptions = {},
): Tensor {
  const row = pointwiseTable.binaryCrossentropyFromLogits;
  return pointwise("binaryCrossentropyFromLogits", row, logits, target, options);
}

/** Where the error e = prediction - target is at most `delta` (1 unless given) e^2 / 2, beyond delta (|e| - delta / 2); the mean over all elements. */
export function huber(
  prediction: Tensor,
  target: Tensor,
  options: LossOptions & { readonly delta?: number } = {},
): Tensor {
  checkOptionNames("huber", options, { delta: true, weights: true, divisor: true, perSample: true });
  const { delta = 1, ...rest } = options;
  checkOption("huber", "delta", delta, () => delta > 0, "above 0");
  return pointwise("huber", pointwiseTable.huber, prediction, target, rest, delta);
}

/** Mean of log(cosh(prediction - target)): about e^2 / 2 for small errors e, |e| - log 2 for large ones. */
export function logCosh(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  return pointwise("logCosh", pointwiseTable.logCosh, prediction, target, options);
}

/**
 * Mean of max(1 - target * prediction, 0) for targets -1 and 1. Targets that are all 0 or 1 count as -1 and 1, as in Keras; of a
 * batch that is computed in parts each part is looked at by itself. The derivative where the margin is reached is 0.
 */
export function hinge(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const signs = signedTargets("hinge", prediction, target, options);
  return pointwise("hinge", pointwiseTable.hinge, prediction, signs, options);
}

/** Mean of max(1 - target * prediction, 0)^2; targets as for hinge. */
export function squaredHinge(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const signs = signedTargets("squaredHinge", prediction, target, options);
  return pointwise("squaredHinge", pointwiseTable.squaredHinge, prediction, signs, options);
}

/**
 * Kullback-Leibler divergence: the sum over the last axis of target * log(target / prediction), both clipped to 1e-7 and 1; the
 * mean over all other axes. The gradient is 0 where the clip is active.
 */
export function klDivergence(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  return pointwise("klDivergence", pointwiseTable.klDivergence, prediction, target, options);
}

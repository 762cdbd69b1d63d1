/** @file Batch normalisation over all axes but the last, in training and in inference. */

import { differentiable, type Want } from "../../engine/autodiff/tape.ts";
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { kernel, like, run } from "../../engine/kernel.ts";
import { checkFlag, checkOption, checkOptionNames, written } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { requireFloats, requireVector } from "../shape/arguments.ts";
import { mergeLanes, sumsAhead, tailOf, walkForElements, walkForSums } from "./columns.ts";
import { mergeParameterSums } from "./parameter-sums.ts";

const partialMoments = kernel("batch-norm/moments", {
  reads: ["x"],
  writes: ["mean", "squares"],
  flops: { x: 7 },
});
const mergeMoments = kernel("batch-norm/merge-moments", {
  reads: ["partial_mean", "partial_squares", "x"],
  writes: ["mean", "variance"],
  updates: ["moving_mean", "moving_variance"],
  step: true,
  flops: { partial_mean: 10, moving_mean: 3, moving_variance: 5 },
});
const normalize = kernel("batch-norm/normalize", {
  reads: ["x", "mean", "variance", "gamma", "beta"],
  writes: ["y"],
  flops: { y: 3 },
});
const backwardSums = kernel("batch-norm/backward-sums", {
  reads: ["dy", "x", "mean", "variance"],
  writes: ["dy_sum", "dyz_sum"],
  flops: { dy: 4 },
});
const backwardInput = kernel("batch-norm/backward", {
  reads: ["dy", "x", "mean", "variance", "gamma", "dgamma", "dbeta"],
  writes: ["dx"],
  flops: { dx: ({ BATCH }) => (BATCH ? 5 : 1) },
});

/** What a layer owns: all [channels]. */
export interface BatchNormState {
  readonly gamma: Tensor;
  readonly beta: Tensor;
  readonly movingMean: Tensor;
  readonly movingVariance: Tensor;
}

/** How the batch's variance enters the moving one, n being the number of rows; y always uses the biased variance. */
export const movingVarianceRules = {
  /** sum of squares / n */
  biased: 0,
  /** sum of squares / (n - 1): fused kernels of TensorFlow */
  unbiased: 1,
  /** sum of squares / (n - 1 - 0.001): Keras 2.1.3 to 2.2, which took epsilon off as well */
  keras2: 1.001,
} as const;

export interface BatchNormOptions {
  /** normalise with the batch's statistics and update the moving ones; else with the moving ones */
  readonly training: boolean;
  /** part of the moving statistics that stays in each step; 0.99 unless given */
  readonly momentum?: number;
  /** added to the variance; 0.001 unless given */
  readonly epsilon?: number;
  /** "unbiased" unless given */
  readonly movingVarianceRule?: keyof typeof movingVarianceRules;
  /** of a batch that is computed in parts, each with its own statistics; undefined: the batch is whole */
  readonly part?: BatchPart | undefined;
}

/** A part of a batch. The parts come in order; they share one step of the moving statistics, which sees their mean. */
export interface BatchPart {
  readonly first: boolean;
  /** its samples over those of the batch */
  readonly share: number;
}

interface Statistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/**
 * y = gamma * (x - mean) / sqrt(variance + epsilon) + beta for each channel (the last axis), as in Ioffe and Szegedy
 * (2015). In training, mean and variance are those of x (of a part, if a batch is computed in parts), and
 * state.movingMean and state.movingVariance change in place, but not by what is NaN or infinite. Otherwise those two are used, as constants.
 * @param x [..., channels]
 * @throws ShapeError if a part of `state` is not [channels]; ArgumentError for options out of range
 */
export function batchNorm(x: Tensor, state: BatchNormState, options: BatchNormOptions): Tensor {
  checkArguments(x, state, options);
  const { training, epsilon = 1e-3 } = options;
  const { gamma, beta, movingMean, movingVariance } = state;
  const statistics = training
    ? batchStatistics(x, state, options)
    : { mean: movingMean, variance: movingVariance };
  const { step, partials } = walkForElements(x);
  const constants = { CHANNELS: partials[1], STEP: step, EPSILON: epsilon };
  const run_ = { constants, invocations: step };
  const { y } = run(normalize, { x, ...statistics, gamma, beta }, { y: like(x) }, run_);
  return differentiable(y, {
    inputs: [x, gamma, beta],
    keeps: [x, gamma, statistics.mean, statistics.variance],
    backward: (dy, want) => backward(dy, want, x, gamma, statistics, { training, epsilon }),
  });
}

/** Mean and biased variance of each channel; updates the moving statistics. */
function batchStatistics(x: Tensor, state: BatchNormState, options: BatchNormOptions): Statistics {
  const { momentum = 0.99, movingVarianceRule = "unbiased", part = { first: true, share: 1 } } = options;
  return x.engine.scope(() => {
    const ahead = sumsAhead(x);
    const walk = walkForSums(x, ahead);
    const [, channels] = walk.partials;
    const partial = run(
      partialMoments,
      { x },
      { mean: walk.partials, squares: walk.partials },
      { constants: { CHANNELS: channels, TAIL: tailOf(x), AHEAD: ahead }, invocations: walk.step },
    );
    const constants = {
      CHANNELS: channels,
      ROWS: x.size / channels,
      MOMENTUM: part.first ? momentum : 1,
      KEEP: (1 - momentum) * part.share,
      CORRECTION: movingVarianceRules[movingVarianceRule],
      LANES: mergeLanes(walk, ahead),
      AHEAD: ahead,
    };
    return run(
      mergeMoments,
      {
        partial_mean: partial.mean,
        partial_squares: partial.squares,
        x,
        moving_mean: state.movingMean,
        moving_variance: state.movingVariance,
      },
      { mean: [channels], variance: [channels] },
      { constants, workgroups: channels, bytes: 2 * partial.mean.byteLength + 28 * channels }, // of x its first row
    );
  });
}

/** Gradients of x, gamma and beta. Through the batch's statistics, dx needs those of gamma and beta in any case. */
function backward(
  dy: Tensor,
  want: Want,
  x: Tensor,
  gamma: Tensor,
  { mean, variance }: Statistics,
  { training, epsilon }: { training: boolean; epsilon: number },
): (Tensor | undefined)[] {
  const [dxPlace, dgammaPlace, dbetaPlace] = [want(0), want(1), want(2)];
  const { engine } = x;
  let sums: { dgamma: Tensor; dbeta: Tensor } | undefined;
  if (dgammaPlace || dbetaPlace || training) {
    sums = engine.scope(() => {
      const ahead = sumsAhead(x);
      const walk = walkForSums(x, ahead);
      const constants = { CHANNELS: walk.partials[1], EPSILON: epsilon, TAIL: tailOf(x), AHEAD: ahead };
      const partial = run(
        backwardSums,
        { dy, x, mean, variance },
        { dy_sum: walk.partials, dyz_sum: walk.partials },
        { constants, invocations: walk.step },
      );
      const outputs = { dgamma: dgammaPlace ?? gamma.shape, dbeta: dbetaPlace ?? gamma.shape };
      return mergeParameterSums(partial, walk, outputs);
    });
  }
  let dx: Tensor | undefined;
  if (dxPlace) {
    const { step, partials } = walkForElements(x);
    const [, channels] = partials;
    const constants = {
      CHANNELS: channels,
      STEP: step,
      ROWS: x.size / channels,
      EPSILON: epsilon,
      BATCH: training,
    };
    const { dgamma, dbeta } = sums ?? { dgamma: mean, dbeta: mean }; // not read unless training
    const inputs = { dy, x, mean, variance, gamma, dgamma, dbeta };
    dx = run(backwardInput, inputs, { dx: dxPlace }, { constants, invocations: step }).dx;
  }
  return [dx, dgammaPlace && sums?.dgamma, dbetaPlace && sums?.dbeta];
}

function checkArguments(x: Tensor, state: BatchNormState, options: BatchNormOptions): void {
  checkOptionNames("batchNorm", options, {
    training: true,
    momentum: true,
    epsilon: true,
    movingVarianceRule: true,
    part: true,
  });
  const { gamma, beta, movingMean, movingVariance } = state ?? {};
  requireFloats("batchNorm", { x, gamma, beta, movingMean, movingVariance });
  const channels = x.shape.at(-1);
  if (channels === undefined || x.shape.length < 2) {
    throw new ShapeError(`batchNorm: expects [n,...,c], got ${formatShape(x.shape)}.`);
  }
  for (const name of ["gamma", "beta", "movingMean", "movingVariance"] as const) {
    requireVector("batchNorm", name, state[name], channels, x);
  }
  checkFlag("batchNorm", "training", options.training);
  checkBatchNormOptions("batchNorm", options);
}

/** Throws ArgumentError for options out of range. */
export function checkBatchNormOptions(
  op: string,
  options: Omit<BatchNormOptions, "training" | "part">,
): void {
  const { momentum = 0.99, epsilon = 1e-3, movingVarianceRule = "unbiased" } = options;
  checkOption(op, "momentum", momentum, () => momentum >= 0 && momentum <= 1, "between 0 and 1");
  checkOption(op, "epsilon", epsilon, () => epsilon >= 0, "0 or more");
  if (typeof movingVarianceRule !== "string" || !Object.hasOwn(movingVarianceRules, movingVarianceRule)) {
    const known = Object.keys(movingVarianceRules).join(", ");
    throw new ArgumentError(
      `${op}: movingVarianceRule is one of ${known}; got ${written(movingVarianceRule)}.`,
    );
  }
}

/** @file Layer normalisation over the last axis. */

import { differentiable } from "../../engine/autodiff/tape.ts";
import { ShapeError } from "../../engine/errors.ts";
import { kernel, like, type Output, run } from "../../engine/kernel.ts";
import { checkOption, checkOptionNames } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { tailOf, walkForSums } from "../batch-norm/columns.ts";
import { mergeParameterSums } from "../batch-norm/parameter-sums.ts";
import { runLength } from "../runs.ts";
import { requireFloats, requireVector } from "../shape/arguments.ts";

const rowMoments = kernel("layer-norm/row-moments", {
  reads: ["x"],
  writes: ["mean", "inverse"],
  flops: { x: 5 },
});
const normalize = kernel("layer-norm/normalize", {
  reads: ["x", "mean", "inverse", "gamma", "beta"],
  writes: ["y"],
  flops: { y: 4 },
});
const rowSums = kernel("layer-norm/row-sums", {
  reads: ["dy", "x", "mean", "inverse", "gamma"],
  writes: ["g_mean", "gz_mean"],
  flops: { dy: 5 },
});
const backwardInput = kernel("layer-norm/backward", {
  reads: ["dy", "x", "mean", "inverse", "gamma", "g_mean", "gz_mean"],
  writes: ["dx"],
  flops: { dx: 7 },
});
const partialSums = kernel("layer-norm/parameter-sums", {
  reads: ["dy", "x", "mean", "inverse"],
  writes: ["dy_sum", "dyz_sum"],
  flops: { dy: 5 },
});

export interface LayerNormOptions {
  /** added to the variance; 0.001 unless given */
  readonly epsilon?: number;
}

/** What backward reads of forward. */
interface Saved {
  readonly x: Tensor;
  readonly mean: Tensor;
  readonly inverse: Tensor;
}

/**
 * y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, with mean and biased variance of each sample's own last
 * axis (Ba, Kiros and Hinton 2016): the same in training and in inference.
 * @param x [..., features]
 * @param gamma [features]
 * @param beta [features]
 */
export function layerNorm(x: Tensor, gamma: Tensor, beta: Tensor, options: LayerNormOptions = {}): Tensor {
  checkOptionNames("layerNorm", options, { epsilon: true });
  const { epsilon = 1e-3 } = options;
  const features = checkArguments(x, gamma, beta, epsilon);
  const rows = x.size / features;
  const lanes = lanesPerRow(x);
  const { mean, inverse } = run(
    rowMoments,
    { x },
    { mean: [rows], inverse: [rows] },
    {
      constants: {
        FEATURES: features,
        ROWS: rows,
        EPSILON: epsilon,
        LANES: lanes,
        RUN: runLength(features / 4 / lanes),
      },
      invocations: rows * lanes,
    },
  );
  const saved = { x, mean, inverse };
  const elementwise = { constants: featureConstants(features), invocations: Math.ceil(x.size / 4) };
  const { y } = run(normalize, { ...saved, gamma, beta }, { y: like(x) }, elementwise);
  return differentiable(y, {
    inputs: [x, gamma, beta],
    keeps: [x, gamma, mean, inverse],
    backward: (dy, want) => {
      const [dx, dgamma, dbeta] = [want(0), want(1), want(2)];
      const parameters =
        dgamma || dbeta
          ? parameterGradients(dy, saved, { dgamma: dgamma ?? gamma.shape, dbeta: dbeta ?? gamma.shape })
          : undefined;
      return [
        dx && inputGradient(dy, saved, gamma, dx),
        dgamma && parameters?.dgamma,
        dbeta && parameters?.dbeta,
      ];
    },
  });
}

function inputGradient(dy: Tensor, saved: Saved, gamma: Tensor, dx: Output): Tensor {
  const features = gamma.size;
  const rows = dy.size / features;
  const lanes = lanesPerRow(dy);
  const means = run(
    rowSums,
    { dy, ...saved, gamma },
    { g_mean: [rows], gz_mean: [rows] },
    {
      constants: {
        ...featureConstants(features),
        ROWS: rows,
        LANES: lanes,
        RUN: runLength(features / 4 / lanes),
      },
      invocations: rows * lanes,
    },
  );
  const elementwise = { constants: featureConstants(features), invocations: Math.ceil(dy.size / 4) };
  return run(backwardInput, { dy, ...saved, gamma, ...means }, { dx }, elementwise).dx;
}

function parameterGradients(dy: Tensor, saved: Saved, outputs: { dgamma: Output; dbeta: Output }) {
  const walk = walkForSums(dy);
  const constants = { ...featureConstants(walk.partials[1]), TAIL: tailOf(dy) };
  const places = { dy_sum: walk.partials, dyz_sum: walk.partials };
  const partial = run(partialSums, { dy, ...saved }, places, { constants, invocations: walk.step });
  return mergeParameterSums(partial, walk, outputs);
}

function featureConstants(features: number) {
  return { FEATURES: features, VECTOR: features % 4 === 0 };
}

/** Software adapters pay for every barrier: one invocation has the row to itself. A GPU wants many on a long row. */
function lanesPerRow(x: Tensor): number {
  if (x.engine.adapter.software) return 1;
  return Math.min(64, 2 ** Math.floor(Math.log2(Math.max(1, x.shape.at(-1)! / 8))));
}

function checkArguments(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): number {
  requireFloats("layerNorm", { x, gamma, beta });
  const features = x.shape.at(-1);
  if (features === undefined) throw new ShapeError("layerNorm: expects [...,features], got a scalar [].");
  requireVector("layerNorm", "gamma", gamma, features, x);
  requireVector("layerNorm", "beta", beta, features, x);
  checkOption("layerNorm", "epsilon", epsilon, () => epsilon >= 0, "0 or more");
  return features;
}

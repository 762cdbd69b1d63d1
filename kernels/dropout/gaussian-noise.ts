/** @file Gaussian noise added to activations while training. */

import { differentiable } from "../../engine/autodiff/tape.ts";
import { kernel, like, run } from "../../engine/kernel.ts";
import { checkOption, checkOptionNames } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { requireFloat } from "../shape/arguments.ts";
import { elementsPerSample, requireStream } from "./stream.ts";

const noiseKernel = kernel("dropout/gaussian-noise", {
  reads: ["x"],
  writes: ["y"],
  step: true,
  flops: { y: 7 },
});

/** How much noise gaussianNoise() adds, and from which random sequence. */
export interface GaussianNoiseOptions {
  /** standard deviation, 0 or more */
  readonly stddev: number;
  /** number of the random sequence: each layer of a network has its own */
  readonly stream: number;
}

/**
 * x + stddev * n with n standard normal, drawn from (seed, stream, step, place in the batch). The gradient passes
 * unchanged. Twin: elementNormal() of engine/random.ts.
 * @param x [n, ...]
 * @throws ArgumentError if stddev is negative
 */
export function gaussianNoise(x: Tensor, options: GaussianNoiseOptions): Tensor {
  requireFloat("gaussianNoise", "x", x);
  checkOptionNames("gaussianNoise", options, { stddev: true, stream: true });
  const { stddev, stream } = options;
  requireStream("gaussianNoise", stream);
  checkOption("gaussianNoise", "stddev", stddev, () => stddev >= 0, "0 or more");
  if (stddev === 0) return x;
  const constants = { STDDEV: stddev, STREAM: stream, PER_SAMPLE: elementsPerSample(x) };
  const invocations = Math.ceil(x.size / 4);
  return differentiable(run(noiseKernel, { x }, { y: like(x) }, { constants, invocations }).y, {
    inputs: [x],
    backward: (dy, want) => [want(0) && dy],
  });
}

/** @file Dropout: a random part of the activations becomes zero, the rest grows so that the expected sum stays. */

import { differentiable } from "../../engine/autodiff/tape.ts";
import { formatShape, ShapeError } from "../../engine/errors.ts";
import { kernel, like, run } from "../../engine/kernel.ts";
import { checkOption, checkOptionNames } from "../../engine/options.ts";
import { sameShape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { requireFloat, requireFloats } from "../shape/arguments.ts";
import { elementsPerSample, requireStream } from "./stream.ts";

const dropoutKernel = kernel("dropout/dropout", {
  reads: ["x"],
  writes: ["y"],
  step: true,
  flops: { y: 2 },
});
const maskKernel = kernel("dropout/apply-mask", {
  reads: ["x", "mask"],
  writes: ["y"],
  flops: { y: 2 },
});

export interface DropoutOptions {
  /** part of the elements that becomes zero, 0 to below 1 */
  readonly rate: number;
  /** number of the random sequence: each layer of a network has its own */
  readonly stream: number;
}

/**
 * Each element is 0 with probability `rate`, else x / (1 - rate). The mask depends on seed, stream, step and the
 * element's place in the batch only: backward computes it again, nothing is kept. Twin: elementBits() of
 * engine/random.ts. NaN stays NaN, dropped or not: 0 times it is NaN, as in PyTorch.
 * @param x [n, ...]
 * @throws ArgumentError if the rate is not in [0, 1)
 */
export function dropout(x: Tensor, options: DropoutOptions): Tensor {
  requireFloat("dropout", "x", x);
  checkOptionNames("dropout", options, { rate: true, stream: true });
  const { rate, stream } = options;
  requireStream("dropout", stream);
  const scale = keptScale("dropout", rate);
  if (rate === 0) return x;
  const launch = {
    constants: { RATE: rate, SCALE: scale, STREAM: stream, PER_SAMPLE: elementsPerSample(x) },
    invocations: Math.ceil(x.size / 4),
  };
  return differentiable(run(dropoutKernel, { x }, { y: like(x) }, launch).y, {
    inputs: [x],
    backward: (dy, want) => {
      const dx = want(0);
      return [dx && run(dropoutKernel, { x: dy }, { y: dx }, launch).y];
    },
  });
}

/**
 * Dropout with the mask given: y = x * mask / (1 - rate).
 * @param mask x's shape, 1 where an element stays, else 0
 */
export function applyDropoutMask(x: Tensor, mask: Tensor, rate: number): Tensor {
  requireFloats("applyDropoutMask", { x, mask });
  if (!sameShape(x.shape, mask.shape)) {
    const shapes = `x ${formatShape(x.shape)}, mask ${formatShape(mask.shape)}`;
    throw new ShapeError(`applyDropoutMask: the mask must have the shape of x. ${shapes}.`);
  }
  const options = {
    constants: { SCALE: keptScale("applyDropoutMask", rate) },
    invocations: Math.ceil(x.size / 4),
  };
  return differentiable(run(maskKernel, { x, mask }, { y: x.shape }, options).y, {
    inputs: [x],
    keeps: [mask],
    backward: (dy, want) => {
      const dx = want(0);
      return [dx && run(maskKernel, { x: dy, mask }, { y: dx }, options).y];
    },
  });
}

/** What the elements that stay are multiplied with. */
function keptScale(op: string, rate: number): number {
  checkOption(op, "rate", rate, () => rate >= 0 && rate < 1, "at least 0 and below 1");
  return 1 / (1 - rate);
}

/** @file The rectifier with all of Keras's options. */
import { differentiable } from "../../engine/autodiff/tape.ts";
import { kernel, like, type Output, run } from "../../engine/kernel.ts";
import { checkOption, checkOptionNames } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { requireFloats } from "../shape/arguments.ts";

const rectify = kernel("threshold-relu/threshold-relu", {
  reads: ["x", "dy"],
  writes: ["y"],
  flops: { y: 4 },
});

export interface ThresholdReluOptions {
  /** largest value of y; without limit unless given */
  readonly maxValue?: number | undefined;
  /** slope below the threshold. Default 0 */
  readonly negativeSlope?: number;
  /** y is x above it. Default 0 */
  readonly threshold?: number;
}

/**
 * x where it is above the threshold, at most maxValue; elsewhere negativeSlope * (x - threshold). The derivative is 0 beyond
 * maxValue, 1 at it, and negativeSlope at the threshold, as in Keras. NaN stays NaN.
 * @param x any shape
 * @throws ArgumentError for an option below 0
 */
export function thresholdRelu(x: Tensor, options: ThresholdReluOptions = {}): Tensor {
  requireFloats("thresholdRelu", { x });
  checkOptionNames("thresholdRelu", options, { maxValue: true, negativeSlope: true, threshold: true });
  const { maxValue, negativeSlope = 0, threshold = 0 } = options;
  for (const [name, value] of Object.entries({ maxValue, negativeSlope, threshold }))
    if (value !== undefined) checkOption("thresholdRelu", name, value, () => value >= 0, "0 or more");
  const constants = {
    THRESHOLD: threshold,
    SLOPE: negativeSlope,
    HAS_MAX: maxValue !== undefined,
    MAX: maxValue ?? 0,
  };
  const invocations = Math.ceil(x.size / 4);
  const launch = (dy: Tensor, y: Output, gradient: boolean) =>
    run(rectify, { x, dy }, { y }, { constants: { ...constants, GRADIENT: gradient }, invocations }).y;
  return differentiable(launch(x, like(x), false), {
    inputs: [x],
    keeps: [x],
    backward: (dy, want) => {
      const dx = want(0);
      return [dx && launch(dy, dx, true)];
    },
  });
}

/** @file Max-pooling over images. */

import { fused } from "../../engine/autodiff/fusion.ts";
import type { Rule } from "../../engine/autodiff/tape.ts";
import { ShapeError } from "../../engine/errors.ts";
import { kernel, like, run } from "../../engine/kernel.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { activationBefore } from "../elementwise/fused.ts";
import { fusedActivationCodes } from "../elementwise/fused-activation.ts";
import { type PoolOptions, poolConstants, quarters, resolvePool, windowPixels } from "./pool2d.ts";

const forward = kernel("pool2d/max-forward", {
  reads: ["x"],
  writes: ["y", "winner"],
  flops: { y: windowPixels },
});
const backward = kernel("pool2d/max-backward", {
  reads: ["dy", "winner", "y"],
  writes: ["dx"],
  flops: { dy: (constants) => 2 * windowPixels(constants) + (constants.DERIVATIVE ? 2 : 0) },
});

/**
 * Largest value of each window. Padding counts as -infinity; of equal values the first wins, as in TensorFlow, and the first NaN
 * wins over all numbers, as in PyTorch. The winner's position is kept: backward sends the whole gradient there.
 * @param x images [n, h, w, c]
 * @returns [n, oh, ow, c]
 * @throws ShapeError if x is no image batch or no window fits
 */
export function maxPool2d(x: Tensor, options: PoolOptions = {}): Tensor {
  const { window, output } = resolvePool("maxPool2d", x, options);
  const constants = poolConstants(x.shape, window);
  if (window.windowHeight * window.windowWidth >= 0xffff) {
    throw new ShapeError(
      `maxPool2d: a window of ${window.windowHeight} x ${window.windowWidth} has more places than 65,534.`,
    );
  }
  const winners = { shape: [2 * quarters(output)], dtype: "u32" } as const; // 16 bits each
  const outputs = { y: like(x, output), winner: winners };
  const loads = { TOGETHER: !x.engine.adapter.software };
  const launch = { constants: { ...constants, ...loads }, invocations: quarters(output) };
  const { y, winner } = run(forward, { x }, outputs, launch);
  const DERIVATIVE = fusedActivationCodes[activationBefore(x)];
  const rule: Rule = {
    inputs: [x],
    keeps: DERIVATIVE === 0 ? [winner] : [winner, y],
    backward: (dy, want) => {
      const dx = want(0);
      const launch = { constants: { ...constants, DERIVATIVE }, invocations: quarters(x.shape) };
      return [
        dx && run(backward, { dy, winner, y: DERIVATIVE === 0 ? dy.engine.one : y }, { dx }, launch).dx,
      ];
    },
  };
  return fused(y, rule, { through: DERIVATIVE !== 0 });
}

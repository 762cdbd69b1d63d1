/** @file Average-pooling over images. */

import { differentiable } from "../../engine/autodiff/tape.ts";
import { kernel, like, type Output, run } from "../../engine/kernel.ts";
import type { Tensor } from "../../engine/tensor.ts";
import type { Window2d } from "../window.ts";
import { type PoolOptions, poolConstants, quarters, resolvePool, windowPixels } from "./pool2d.ts";

const forward = kernel("pool2d/average-forward", {
  reads: ["x"],
  writes: ["y"],
  flops: { y: windowPixels },
});
const backward = kernel("pool2d/average-backward", {
  reads: ["dy"],
  writes: ["dx"],
  flops: { dy: (constants) => 2 * windowPixels(constants) },
});

/**
 * Mean of each window. With padding "same" only the pixels inside the image count, as in TensorFlow.
 * @param x images [n, h, w, c]
 * @returns [n, oh, ow, c]
 * @throws ShapeError if x is no image batch or no window fits
 */
export function avgPool2d(x: Tensor, options: PoolOptions = {}): Tensor {
  const { window, output } = resolvePool("avgPool2d", x, options);
  const constants = poolConstants(x.shape, window);
  const invocations = quarters(output);
  const { y } = run(
    forward,
    { x },
    { y: like(x, output) },
    { constants: { ...constants, MEAN: true }, invocations },
  );
  return differentiable(y, {
    inputs: [x],
    backward: (dy, want) => {
      const dx = want(0);
      return [dx && run(backward, { dy }, { dx }, { constants, invocations: quarters(x.shape) }).dx];
    },
  });
}

/** Sums of the windows of x [n, h, w, c] into y; not differentiable: a part of other ops' gradients. */
export function sumWindows(x: Tensor, window: Window2d, y: Output): Tensor {
  const constants = { ...poolConstants(x.shape, window), MEAN: false };
  const output = [x.shape[0]!, window.outHeight, window.outWidth, x.shape[3]!];
  return run(forward, { x }, { y }, { constants, invocations: quarters(output) }).y;
}

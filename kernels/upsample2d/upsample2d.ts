/** @file Nearest-neighbour upsampling of images. */

import { differentiable } from "../../engine/autodiff/tape.ts";
import { formatShape, ShapeError } from "../../engine/errors.ts";
import { like } from "../../engine/kernel.ts";
import { checkOptionNames } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { sumWindows } from "../pool2d/average-pool2d.ts";
import { requireFloat } from "../shape/arguments.ts";
import { readStrided } from "../shape/move.ts";
import { pair, resolveWindow, type Size2d } from "../window.ts";

export interface UpsampleOptions {
  /** how often each row and column is repeated; 2 unless given */
  readonly size?: Size2d;
}

/**
 * Every pixel repeated size[0] times down and size[1] times across. The gradient sums each block of copies.
 * @param x images [n, h, w, c]
 * @returns [n, h * size[0], w * size[1], c]
 */
export function upsample2d(x: Tensor, options: UpsampleOptions = {}): Tensor {
  requireFloat("upsample2d", "x", x);
  checkOptionNames("upsample2d", options, { size: true });
  if (x.shape.length !== 4) {
    throw new ShapeError(`upsample2d: expects an image [n,h,w,c], got ${formatShape(x.shape)}.`);
  }
  const [down, across] = pair("upsample2d", "size", options.size ?? 2);
  const [batch, height, width, channels] = x.shape as readonly [number, number, number, number];
  const shape = [batch, height * down, width * across, channels];
  const axes = [
    { size: batch * height, stride: width * channels },
    { size: down, stride: 0 }, // the same row again
    { size: width, stride: channels },
    { size: across, stride: 0 },
    { size: channels, stride: 1 },
  ];
  return differentiable(readStrided("upsample2d", x, like(x, shape), axes), {
    inputs: [x],
    backward: (dy, want) => {
      const dx = want(0);
      const blocks = { window: [down, across], strides: [down, across], padding: "valid" } as const;
      return [dx && sumWindows(dy, resolveWindow("upsample2d", shape, blocks), dx)];
    },
  });
}

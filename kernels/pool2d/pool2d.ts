/** @file What the pooling ops share: options by Keras's names and defaults, sizes, shader constants. */

import { checkOptionNames } from "../../engine/options.ts";
import type { Constants } from "../../engine/shader.ts";
import { type Shape, sizeOf } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { requireFloat } from "../shape/arguments.ts";
import { type Padding, resolveWindow, type Size2d, type Window2d } from "../window.ts";

/** Keras's defaults: window 2x2, strides equal to the window, no padding. */
export interface PoolOptions {
  readonly poolSize?: Size2d;
  readonly strides?: Size2d;
  readonly padding?: Padding;
}

/** The window of a pooling op and its output shape [n, oh, ow, c]. */
export function resolvePool(
  op: string,
  x: Tensor,
  options: PoolOptions,
): { window: Window2d; output: Shape } {
  requireFloat(op, "x", x);
  checkOptionNames(op, options, { poolSize: true, strides: true, padding: true });
  const { poolSize = 2, strides = poolSize, padding = "valid" } = options;
  const window = resolveWindow(op, x.shape, { window: poolSize, strides, padding });
  return { window, output: [x.shape[0]!, window.outHeight, window.outWidth, x.shape[3]!] };
}

export function poolConstants(image: Shape, window: Window2d): Constants {
  return {
    HEIGHT: window.height,
    WIDTH: window.width,
    CHANNELS: image[3]!,
    WINDOW_HEIGHT: window.windowHeight,
    WINDOW_WIDTH: window.windowWidth,
    STRIDE_HEIGHT: window.strideHeight,
    STRIDE_WIDTH: window.strideWidth,
    PAD_TOP: window.padTop,
    PAD_LEFT: window.padLeft,
    OUT_HEIGHT: window.outHeight,
    OUT_WIDTH: window.outWidth,
    VECTOR: image[3]! % 4 === 0,
  };
}

/** Pixels of a window: about the operations that a result takes. */
export function windowPixels({ WINDOW_HEIGHT, WINDOW_WIDTH }: Constants): number {
  return Number(WINDOW_HEIGHT) * Number(WINDOW_WIDTH);
}

/** Invocations of the pooling kernels for `shape`: each computes four elements. */
export function quarters(shape: Shape): number {
  return Math.ceil(sizeOf(shape) / 4);
}

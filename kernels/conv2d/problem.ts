/** @file A convolution as numbers: what the chooser sees and the shaders get as constants. */
import type { Constants } from "../../engine/shader.ts";
import type { Window2d } from "../window.ts";

export interface Convolution extends Window2d {
  readonly batch: number;
  /** of the image */
  readonly channels: number;
  /** channels of the output */
  readonly filters: number;
  /** channels and filters fall into so many groups; a filter sees the channels of its own group. 1: all see all */
  readonly groups: number;
  /** an operand of the pass is f16, so that the other may be rounded to it */
  readonly half?: boolean;
}

/** Floating-point operations of one pass: two per multiply-add; the three passes have equally many. */
export function convolutionFlops(problem: Convolution): number {
  const { batch, outHeight, outWidth, filters } = problem;
  return 2 * batch * outHeight * outWidth * filters * filterSize(problem);
}

/** Weights of one filter. */
export function filterSize({ windowHeight, windowWidth, channels, groups }: Convolution): number {
  return windowHeight * windowWidth * (channels / groups);
}

/** The constants that all convolution shaders share. */
export function convolutionConstants(problem: Convolution): Constants {
  return {
    BATCH: problem.batch,
    HEIGHT: problem.height,
    WIDTH: problem.width,
    CHANNELS: problem.channels,
    KERNEL_HEIGHT: problem.windowHeight,
    KERNEL_WIDTH: problem.windowWidth,
    FILTERS: problem.filters,
    OUT_HEIGHT: problem.outHeight,
    OUT_WIDTH: problem.outWidth,
    STRIDE_HEIGHT: problem.strideHeight,
    STRIDE_WIDTH: problem.strideWidth,
    DILATION_HEIGHT: problem.dilationHeight,
    DILATION_WIDTH: problem.dilationWidth,
    PAD_TOP: problem.padTop,
    PAD_LEFT: problem.padLeft,
  };
}

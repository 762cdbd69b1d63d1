/** @file Describes a convolution to the chooser, the kernels and the reference. */
import type { Shape } from "../../engine/shape.ts";
import type { Convolution } from "../../kernels/conv2d/problem.ts";
import { type Padding, resolveWindow, type Size2d } from "../../kernels/window.ts";

export interface ConvolutionSizes {
  /** [n, h, w, c] */
  readonly image: Shape;
  readonly window: Size2d;
  /** how many */
  readonly filters: number;
  readonly strides?: Size2d;
  readonly dilation?: Size2d;
  readonly padding?: Padding;
  readonly groups?: number;
}

/** What conv2d makes of its arguments. */
export function convolution({ image, filters, groups = 1, ...sizes }: ConvolutionSizes): Convolution {
  const window = resolveWindow("conv2d", image, { strides: 1, padding: "valid", ...sizes });
  return { ...window, batch: image[0]!, channels: image[3]!, filters, groups };
}

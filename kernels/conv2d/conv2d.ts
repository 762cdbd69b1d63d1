/** @file 2-D convolution (cross-correlation, as in every deep-learning library) and its two gradients. */
import { formatShape, ShapeError } from "../../engine/errors.ts";
import { differentiable } from "../../engine/tape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { activationGradient } from "../elementwise/activation-gradient.ts";
import type { FusedActivation } from "../elementwise/fused-activation.ts";
import { columnSum } from "../reduce/column-sum.ts";
import { type Padding, resolveWindow, type Size2d } from "../window.ts";
import { filterGradient, forward, inputGradient } from "./passes.ts";
import type { Convolution } from "./problem.ts";

/** Keras's defaults: stride 1, no padding, no bias, no activation. */
export interface Conv2dOptions {
  readonly strides?: Size2d;
  readonly padding?: Padding;
  readonly dilation?: Size2d;
  /** [k] */
  readonly bias?: Tensor | undefined;
  /** applied in the same kernel, after the bias */
  readonly activation?: FusedActivation;
}

/**
 * y[n, oh, ow, k] = activation(bias[k] + sum over kh, kw, c of image[n, oh*s + kh - pad, ow*s + kw - pad, c] * filters[kh, kw, c, k])
 * @param image [n, h, w, c]
 * @param filters [kh, kw, c, k]
 * @returns [n, oh, ow, k]; oh and ow by TensorFlow's rules for `same` and `valid`
 * @throws ShapeError if channels, bias or window do not fit
 */
export function conv2d(image: Tensor, filters: Tensor, options: Conv2dOptions = {}): Tensor {
  const { bias, activation = "linear" } = options;
  const problem = describe(image, filters, options);
  const y = forward(problem, { image, filters, bias }, activation);
  return differentiable(y, {
    inputs: bias ? [image, filters, bias] : [image, filters],
    keeps: activation === "linear" ? [image, filters] : [image, filters, y],
    backward: (dy, want) => {
      const dz = activationGradient(dy, y, activation);
      const [dimage, dfilters] = [want(0), want(1)];
      const dbias = bias && want(2);
      return [
        dimage && inputGradient(problem, dz, filters, dimage),
        dfilters && filterGradient(problem, image, dz, dfilters),
        dbias && columnSum(dz.view([-1, problem.filters]), dbias),
      ];
    },
  });
}

function describe(image: Tensor, filters: Tensor, options: Conv2dOptions): Convolution {
  const { strides = 1, padding = "valid", dilation = 1, bias } = options;
  const shapes = `image ${formatShape(image.shape)} (n,h,w,c), filters ${formatShape(filters.shape)} (kh,kw,c,k)`;
  if (image.shape.length !== 4 || filters.shape.length !== 4) {
    throw new ShapeError(`conv2d: expects an image and filters of four axes each. ${shapes}.`);
  }
  const [batch, , , channels] = image.shape as [number, number, number, number];
  const [kernelHeight, kernelWidth, expected, count] = filters.shape as [number, number, number, number];
  if (channels !== expected) {
    throw new ShapeError(
      `conv2d: filters expect ${expected} input channels, image has ${channels}. ${shapes}.`,
    );
  }
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== count)) {
    throw new ShapeError(`conv2d: bias must be [${count}], got ${formatShape(bias.shape)}. ${shapes}.`);
  }
  const window = resolveWindow("conv2d", image.shape, {
    window: [kernelHeight, kernelWidth],
    strides,
    padding,
    dilation,
  });
  return { ...window, batch, channels, filters: count };
}

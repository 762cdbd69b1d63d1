/** @file 2-D convolution (cross-correlation, as in every deep-learning library) and its two gradients. */

import { differentiable } from "../../engine/autodiff/tape.ts";
import { checkOptionNames } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { biasAndActivation } from "../elementwise/bias-activation.ts";
import { checkFusedActivation, type FusedActivation } from "../elementwise/fused-activation.ts";
import { checkRealType, type RealType } from "../elementwise/real-type.ts";
import { naiveOnly } from "../tuning/mode.ts";
import { type Padding, resolveWindow, type Size2d } from "../window.ts";
import {
  convolutionOptions,
  requireBias,
  requireChannels,
  requireFourAxes,
  requireGroups,
} from "./arguments.ts";
import { fusedConvolution } from "./fused.ts";
import { filterGradient, forward, inputGradient } from "./passes.ts";
import type { Convolution } from "./problem.ts";

/** Keras's defaults: stride 1, no padding, one group, no bias, no activation. */
export interface Conv2dOptions {
  readonly strides?: Size2d;
  readonly padding?: Padding;
  readonly dilation?: Size2d;
  /** channels and filters fall into so many groups; a filter sees the channels of its own group only */
  readonly groups?: number;
  /** [k] */
  readonly bias?: Tensor | undefined;
  /** applied in the same kernel, after the bias */
  readonly activation?: FusedActivation;
  /** element type of y: that of the image unless given. The sums are f32 in any case */
  readonly dtype?: RealType | undefined;
}

/**
 * y[n, oh, ow, k] = activation(bias[k] + sum over kh, kw, c of image[n, oh*s + kh - pad, ow*s + kw - pad, c] * filters[kh, kw, c, k])
 * @param image [n, h, w, c]
 * @param filters [kh, kw, c, k]; with groups [kh, kw, c / groups, k], where c counts the channels of the group of filter k
 * @returns [n, oh, ow, k]; oh and ow by TensorFlow's rules for `same` and `valid`
 * @throws ShapeError if channels, groups, bias or window do not fit; ArgumentError for options that are no sizes
 */
export function conv2d(image: Tensor, filters: Tensor, options: Conv2dOptions = {}): Tensor {
  return convolve(describe(image, filters, options), image, filters, options);
}

/** A convolution whose sizes are checked. Only the order of the filters' elements counts, not their shape. */
export function convolve(
  problem: Convolution,
  image: Tensor,
  filters: Tensor,
  { bias, activation = "linear", dtype }: Pick<Conv2dOptions, "bias" | "activation" | "dtype">,
): Tensor {
  const shape = [problem.batch, problem.outHeight, problem.outWidth, problem.filters];
  const output = { shape, dtype: checkRealType("conv2d", dtype, image) };
  if (!naiveOnly()) return fusedConvolution(problem, { image, filters, bias, activation, output });
  const y = differentiable(forward(problem, { image, filters, output }), {
    inputs: [image, filters],
    keeps: [image, filters],
    backward: (dy, want) => {
      const [dimage, dfilters] = [want(0), want(1)];
      return [
        dimage && inputGradient(problem, { dy, filters, output: dimage }),
        dfilters && filterGradient(problem, { image, dy, output: dfilters }),
      ];
    },
  });
  return biasAndActivation(y, bias, activation);
}

function describe(image: Tensor, filters: Tensor, options: Conv2dOptions): Convolution {
  checkOptionNames("conv2d", options, { ...convolutionOptions, groups: true, dtype: true });
  const { strides = 1, padding = "valid", dilation = 1, groups = 1, bias, activation = "linear" } = options;
  const given = { image, filters, bias, layout: groups === 1 ? "(kh,kw,c,k)" : "(kh,kw,c/groups,k)" };
  checkFusedActivation("conv2d", activation);
  requireFourAxes("conv2d", given);
  requireGroups(given, groups);
  const [batch, , , channels] = image.shape as [number, number, number, number];
  const [kernelHeight, kernelWidth, groupChannels, count] = filters.shape as [number, number, number, number];
  requireChannels("conv2d", given, groupChannels * groups);
  requireBias("conv2d", given, count);
  const window = resolveWindow("conv2d", image.shape, {
    window: [kernelHeight, kernelWidth],
    strides,
    padding,
    dilation,
  });
  return { ...window, batch, channels, filters: count, groups };
}

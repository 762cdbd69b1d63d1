/** @file Depthwise 2-D convolution: every channel has filters of its own, and nothing is summed over channels. */
import { checkOptionNames } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { convolutionOptions, requireBias, requireChannels, requireFourAxes } from "../conv2d/arguments.ts";
import { type Conv2dOptions, convolve } from "../conv2d/conv2d.ts";
import { checkFusedActivation } from "../elementwise/fused-activation.ts";
import { resolveWindow } from "../window.ts";

/** Keras's defaults: stride 1, no padding, no bias, no activation. */
export type DepthwiseConv2dOptions = Omit<Conv2dOptions, "groups">;

/**
 * y[n, oh, ow, c*multiplier + m] = activation(bias[c*multiplier + m] +
 *   sum over kh, kw of image[n, oh*s + kh - pad, ow*s + kw - pad, c] * filters[kh, kw, c, m])
 *
 * A convolution with one group per channel: its filters [kh, kw, 1, c*multiplier] are these, element by element.
 * @param image [n, h, w, c]
 * @param filters [kh, kw, c, multiplier]
 * @returns [n, oh, ow, c*multiplier]; oh and ow by TensorFlow's rules for `same` and `valid`
 * @throws ShapeError if channels, bias or window do not fit
 */
export function depthwiseConv2d(
  image: Tensor,
  filters: Tensor,
  options: DepthwiseConv2dOptions = {},
): Tensor {
  const op = "depthwiseConv2d";
  checkOptionNames(op, options, { ...convolutionOptions, dtype: true });
  const { strides = 1, padding = "valid", dilation = 1, bias, activation = "linear" } = options;
  const given = { image, filters, bias, layout: "(kh,kw,c,multiplier)" };
  checkFusedActivation(op, activation);
  requireFourAxes(op, given);
  const [kernelHeight, kernelWidth, channels, multiplier] = filters.shape as [number, number, number, number];
  const count = channels * multiplier;
  requireChannels(op, given, channels);
  requireBias(op, given, count);
  const sliding = { window: [kernelHeight, kernelWidth] as const, strides, padding, dilation };
  const window = resolveWindow(op, image.shape, sliding);
  const problem = { ...window, batch: image.shape[0]!, channels, filters: count, groups: channels };
  return convolve(problem, image, filters, options);
}

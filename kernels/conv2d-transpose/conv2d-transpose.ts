/** @file Transposed 2-D convolution: the gradient of conv2d with respect to its image, as an op with gradients of its own. */
import { fused } from "../../engine/autodiff/fusion.ts";
import { differentiable, type Rule } from "../../engine/autodiff/tape.ts";
import { kernel, run } from "../../engine/kernel.ts";
import { checkOptionNames } from "../../engine/options.ts";
import { aliasOf, type Tensor } from "../../engine/tensor.ts";
import { convolutionOptions, requireBias, requireChannels, requireFourAxes } from "../conv2d/arguments.ts";
import type { Conv2dOptions } from "../conv2d/conv2d.ts";
import { filterGradient, forward, inputGradient } from "../conv2d/passes.ts";
import type { Convolution } from "../conv2d/problem.ts";
import { biasAndActivation } from "../elementwise/bias-activation.ts";
import { epilogueOf } from "../elementwise/fused.ts";
import {
  checkFusedActivation,
  type FusedActivation,
  fusedActivationCodes,
} from "../elementwise/fused-activation.ts";
import { columnSum } from "../reduce/column-sum.ts";
import { naiveOnly } from "../tuning/mode.ts";
import { resolveTransposedWindow } from "./window.ts";

/** Keras's defaults: stride 1, no padding, no bias, no activation. */
export type Conv2dTransposeOptions = Omit<Conv2dOptions, "groups" | "dtype">;

const epilogue = kernel("conv2d-transpose/epilogue", {
  reads: ["bias"],
  updates: ["y"],
  flops: { y: ({ HAS_BIAS, ACTIVATION }) => Number(HAS_BIAS) + (ACTIVATION ? 1 : 0) },
});

/**
 * y[n, oh, ow, k] = activation(bias[k] + sum over kh, kw, c of image[n, h, w, c] * filters[kh, kw, k, c]
 *   where h*s + kh - pad = oh and w*s + kw - pad = ow)
 *
 * The convolution with these filters, from y's size to the image's, is what it transposes: forward runs its input gradient,
 * backward the convolution itself, and its filter gradient with the roles of image and gradient swapped.
 * @param image [n, h, w, c]
 * @param filters [kh, kw, k, c]: output channels before input channels, as in Keras
 * @returns [n, oh, ow, k]; `same`: oh = h*s; `valid`: oh = h*s + max(kh - s, 0)
 * @throws ShapeError if channels or bias do not fit
 */
export function conv2dTranspose(
  image: Tensor,
  filters: Tensor,
  options: Conv2dTransposeOptions = {},
): Tensor {
  const problem = describe(image, filters, options);
  const { bias, activation = "linear" } = options;
  const shape = [problem.batch, problem.height, problem.width, problem.channels];
  const naive = naiveOnly();
  const y = inputGradient(problem, { dy: image, filters, output: shape });
  if (!naive) finish(y, filters, bias, activation);
  const rule: Rule = {
    inputs: bias && !naive ? [image, filters, bias] : [image, filters],
    keeps: [image, filters],
    backward: (dz, want) => {
      const [dimage, dfilters] = [want(0), want(1)];
      const dbias = bias && !naive ? want(2) : undefined;
      return [
        dimage && forward(problem, { image: dz, filters, output: dimage }),
        dfilters && filterGradient(problem, { image: dz, dy: image, output: dfilters }),
        dbias && columnSum(aliasOf(dz, [-1, problem.channels]), dbias),
      ];
    },
  };
  if (naive) return biasAndActivation(differentiable(y, rule), bias, activation);
  return fused(y, rule, { epilogue: epilogueOf(y, activation) });
}

/** The convolution that is transposed: its image is y, its output has the size of `image`. */
function describe(image: Tensor, filters: Tensor, options: Conv2dTransposeOptions): Convolution {
  const op = "conv2dTranspose";
  checkOptionNames(op, options, convolutionOptions);
  const { strides = 1, padding = "valid", dilation = 1, bias, activation = "linear" } = options;
  const given = { image, filters, bias, layout: "(kh,kw,k,c)" };
  checkFusedActivation(op, activation);
  requireFourAxes(op, given);
  const shape = image.shape as [number, number, number, number];
  const [kernelHeight, kernelWidth, channels, inputs] = filters.shape as [number, number, number, number];
  requireChannels(op, given, inputs);
  requireBias(op, given, channels);
  const sliding = { window: [kernelHeight, kernelWidth] as const, strides, padding, dilation };
  const window = resolveTransposedWindow(op, shape, sliding);
  return { ...window, batch: shape[0], channels, filters: inputs, groups: 1 };
}

/** Adds the bias and applies the activation in place; the sums of forward have no other reader. */
function finish(y: Tensor, filters: Tensor, bias: Tensor | undefined, activation: FusedActivation): void {
  if (!bias && activation === "linear") return;
  const constants = {
    CHANNELS: y.shape[3]!,
    HAS_BIAS: bias ? 1 : 0,
    ACTIVATION: fusedActivationCodes[activation],
  };
  run(epilogue, { bias: bias ?? filters, y }, {}, { constants, invocations: Math.ceil(y.size / 4) });
}

/** @file DepthwiseConv2D: filters that slide over the channels of images one by one. */
import type { OptionNames } from "../../engine/options.ts";
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { depthwiseConv2d } from "../../kernels/depthwise-conv2d/depthwise-conv2d.ts";
import { resolveWindow, type Size2d } from "../../kernels/window.ts";
import { glorotUniform, type InitializerChoice } from "../initializers.ts";
import type { RegularizerChoice } from "../regularizers.ts";
import { Convolution2DLayer, type ConvolutionOptions, type KernelRules } from "./convolution2d.ts";
import type { CallContext } from "./layer.ts";
import { requireCount } from "./layer-options.ts";

/** Options of DepthwiseConv2D(), by Keras's names. */
export interface DepthwiseConv2DOptions extends ConvolutionOptions {
  /** outputs of each channel: channel c makes those from c * depthMultiplier on */
  readonly depthMultiplier?: number;
  readonly depthwiseInitializer?: InitializerChoice;
  readonly depthwiseRegularizer?: RegularizerChoice;
}

const ownOptions: OptionNames<Omit<DepthwiseConv2DOptions, keyof ConvolutionOptions>> = {
  depthMultiplier: true,
  depthwiseInitializer: true,
  depthwiseRegularizer: true,
};

/** The layer that DepthwiseConv2D() makes. */
export class DepthwiseConv2DLayer extends Convolution2DLayer {
  static override readonly positional = ["kernelSize"];
  readonly className = "DepthwiseConv2D";
  readonly depthMultiplier: number;
  readonly #kernel: KernelRules;

  constructor(kernelSize: Size2d, options: DepthwiseConv2DOptions = {}) {
    super("DepthwiseConv2D", kernelSize, options, ownOptions);
    const { depthMultiplier = 1, depthwiseInitializer = glorotUniform(), depthwiseRegularizer } = options;
    requireCount("DepthwiseConv2D", "depthMultiplier", depthMultiplier);
    this.depthMultiplier = depthMultiplier;
    this.#kernel = { initializer: depthwiseInitializer, regularizer: depthwiseRegularizer };
  }

  protected override createVariables(inputs: readonly Shape[]): void {
    const channels = this.singleOfRank(inputs, 3, "[h,w,c]")[2]!;
    const shape = [...this.kernelSize, channels, this.depthMultiplier];
    this.addKernel("depthwise_kernel", shape, channels * this.depthMultiplier, this.#kernel);
  }

  outputShape(inputs: readonly Shape[]): Shape {
    const image = this.singleOfRank(inputs, 3, "[h,w,c]");
    const window = resolveWindow(this.label, [1, ...image], this.sliding());
    return [window.outHeight, window.outWidth, image[2]! * this.depthMultiplier];
  }

  call(inputs: readonly Tensor[], context: CallContext): Tensor {
    const image = this.single(inputs);
    return this.convolve((kernel, options) => depthwiseConv2d(image, kernel, options), context);
  }
}

/** Keras's DepthwiseConv2D(kernelSize): stride 1, no padding, one output a channel, glorot-uniform kernel, zero bias. */
export function DepthwiseConv2D(
  kernelSize: Size2d,
  options: DepthwiseConv2DOptions = {},
): DepthwiseConv2DLayer {
  return new DepthwiseConv2DLayer(kernelSize, options);
}

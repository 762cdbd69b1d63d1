/** @file SeparableConv2D: filters that slide over channels one by one, then a mix of the channels at each place. */
import type { OptionNames } from "../../engine/options.ts";
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { conv2d } from "../../kernels/conv2d/conv2d.ts";
import { depthwiseConv2d } from "../../kernels/depthwise-conv2d/depthwise-conv2d.ts";
import { resolveWindow, type Size2d } from "../../kernels/window.ts";
import { activate, fuse, outputType } from "../activations.ts";
import { glorotUniform, type InitializerChoice, zeros } from "../initializers.ts";
import type { RegularizerChoice } from "../regularizers.ts";
import { Convolution2DLayer, type ConvolutionOptions } from "./convolution2d.ts";
import type { CallContext } from "./layer.ts";
import { requireCount } from "./layer-options.ts";

/** Options of SeparableConv2D(), by Keras's names. */
export interface SeparableConv2DOptions extends ConvolutionOptions {
  /** outputs of each channel before they are mixed. Default 1 */
  readonly depthMultiplier?: number;
  readonly depthwiseInitializer?: InitializerChoice;
  readonly pointwiseInitializer?: InitializerChoice;
  readonly depthwiseRegularizer?: RegularizerChoice;
  readonly pointwiseRegularizer?: RegularizerChoice;
}

const ownOptions: OptionNames<Omit<SeparableConv2DOptions, keyof ConvolutionOptions>> = {
  depthMultiplier: true,
  depthwiseInitializer: true,
  pointwiseInitializer: true,
  depthwiseRegularizer: true,
  pointwiseRegularizer: true,
};

/** The layer that SeparableConv2D() makes. */
export class SeparableConv2DLayer extends Convolution2DLayer {
  static override readonly positional = ["filters", "kernelSize"];
  readonly className = "SeparableConv2D";
  readonly filters: number;
  readonly depthMultiplier: number;
  readonly #own: SeparableConv2DOptions;

  constructor(filters: number, kernelSize: Size2d, options: SeparableConv2DOptions = {}) {
    super("SeparableConv2D", kernelSize, options, ownOptions);
    const { depthMultiplier = 1 } = options;
    requireCount("SeparableConv2D", "filters", filters);
    requireCount("SeparableConv2D", "depthMultiplier", depthMultiplier);
    this.filters = filters;
    this.depthMultiplier = depthMultiplier;
    this.#own = options;
  }

  protected override createVariables(inputs: readonly Shape[]): void {
    const channels = this.singleOfRank(inputs, 3, "[h,w,c]")[2]!;
    const { depthwiseInitializer = glorotUniform(), depthwiseRegularizer } = this.#own;
    const { pointwiseInitializer = glorotUniform(), pointwiseRegularizer } = this.#own;
    const { useBias = true, biasInitializer = zeros(), biasRegularizer } = this.#own;
    const depthwise = [...this.kernelSize, channels, this.depthMultiplier];
    const pointwise = [1, 1, channels * this.depthMultiplier, this.filters];
    this.addVariable("depthwise_kernel", depthwise, depthwiseInitializer, {
      regularizer: depthwiseRegularizer,
    });
    this.addVariable("pointwise_kernel", pointwise, pointwiseInitializer, {
      regularizer: pointwiseRegularizer,
    });
    if (useBias) this.addVariable("bias", [this.filters], biasInitializer, { regularizer: biasRegularizer });
  }

  outputShape(inputs: readonly Shape[]): Shape {
    const image = this.singleOfRank(inputs, 3, "[h,w,c]");
    const window = resolveWindow(this.label, [1, ...image], this.sliding());
    return [window.outHeight, window.outWidth, this.filters];
  }

  call(inputs: readonly Tensor[], { mixed }: CallContext): Tensor {
    const [depthwise, pointwise, bias] = this.variables.map(({ tensor }) => tensor);
    const { strides, padding, dilation } = this.sliding();
    const between = mixed && { dtype: mixed.output };
    const filtered = depthwiseConv2d(this.single(inputs), depthwise!, {
      strides,
      padding,
      dilation,
      ...between,
    });
    const { fused, rest } = fuse(this.activation);
    const dtype = outputType(mixed, rest);
    const options = { bias, activation: fused, ...(dtype && { dtype }) };
    return activate(conv2d(filtered, pointwise!, options), rest);
  }
}

/** Keras's SeparableConv2D(filters, kernelSize): stride 1, no padding, glorot-uniform kernels, zero bias (Chollet 2017). */
export function SeparableConv2D(
  filters: number,
  kernelSize: Size2d,
  options: SeparableConv2DOptions = {},
): SeparableConv2DLayer {
  return new SeparableConv2DLayer(filters, kernelSize, options);
}

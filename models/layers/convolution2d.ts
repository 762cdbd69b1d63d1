/** @file What the convolution layers share: options by Keras's names and defaults, the bias, and the activation. */
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import type { Conv2dOptions } from "../../kernels/conv2d/conv2d.ts";
import { type Padding, pair, type Size2d } from "../../kernels/window.ts";
import { type ActivationChoice, activate, fuse, outputType } from "../activations.ts";
import { type InitializerChoice, zeros } from "../initializers.ts";
import type { RegularizerChoice, WeightRegularizers } from "../regularizers.ts";
import { type CallContext, type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions, type OwnOptionNames } from "./layer-options.ts";

/** Options of all convolution layers; what is said of the kernel has another name in DepthwiseConv2D. */
export interface ConvolutionOptions extends LayerOptions, Omit<WeightRegularizers, "kernelRegularizer"> {
  readonly strides?: Size2d;
  readonly padding?: Padding;
  readonly dilationRate?: Size2d;
  readonly activation?: ActivationChoice;
  readonly useBias?: boolean;
  readonly biasInitializer?: InitializerChoice;
}

const convolutionOptions: OwnOptionNames<ConvolutionOptions> = {
  strides: true,
  padding: true,
  dilationRate: true,
  activation: true,
  useBias: true,
  biasInitializer: true,
  biasRegularizer: true,
};

/** How the kernel starts, and the penalty on it. */
export interface KernelRules {
  readonly initializer: InitializerChoice;
  readonly regularizer: RegularizerChoice | undefined;
}

export abstract class Convolution2DLayer extends Layer {
  readonly kernelSize: readonly [number, number];
  readonly activation: ActivationChoice;
  protected readonly options: ConvolutionOptions;

  /** `own` are names of options that only this layer has. */
  constructor(
    className: string,
    kernelSize: Size2d,
    options: ConvolutionOptions,
    own: Readonly<Record<string, true>>,
  ) {
    super(layerOptions(className, options, { ...convolutionOptions, ...own }));
    const { activation = "linear" } = options;
    this.kernelSize = pair(className, "kernelSize", kernelSize);
    this.activation = activation;
    this.options = options;
  }

  override get half(): HalfSupport {
    return "takes";
  }

  /** Adds the kernel and, unless there shall be none, a bias for each of `outputs` channels. */
  protected addKernel(
    name: string,
    shape: Shape,
    outputs: number,
    { initializer, regularizer }: KernelRules,
  ): void {
    const { useBias = true, biasInitializer = zeros(), biasRegularizer } = this.options;
    this.addVariable(name, shape, initializer, { regularizer });
    if (useBias) this.addVariable("bias", [outputs], biasInitializer, { regularizer: biasRegularizer });
  }

  /** How the window slides, as resolveWindow and the ops take it. */
  protected sliding() {
    const { strides = 1, padding = "valid", dilationRate = 1 } = this.options;
    return { window: this.kernelSize, strides, padding, dilation: dilationRate } as const;
  }

  /** Runs a convolution with the layer's options, and what it cannot fuse of the activation after it. */
  protected convolve(
    op: (kernel: Tensor, options: Conv2dOptions) => Tensor,
    { mixed }: Pick<CallContext, "mixed"> = {},
  ): Tensor {
    const [kernel, bias] = this.variables;
    const { fused, rest } = fuse(this.activation);
    const { strides, padding, dilation } = this.sliding();
    const dtype = outputType(mixed, rest);
    const options = {
      strides,
      padding,
      dilation,
      bias: bias?.tensor,
      activation: fused,
      ...(dtype && { dtype }),
    };
    return activate(op(kernel!.tensor, options), rest);
  }
}

/** @file Conv2D: filters that slide over images. */
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import type { OptionNames } from "../../engine/options.ts";
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { conv2d } from "../../kernels/conv2d/conv2d.ts";
import { resolveWindow, type Size2d } from "../../kernels/window.ts";
import { glorotUniform, type InitializerChoice } from "../initializers.ts";
import type { RegularizerChoice } from "../regularizers.ts";
import { Convolution2DLayer, type ConvolutionOptions, type KernelRules } from "./convolution2d.ts";
import type { CallContext } from "./layer.ts";
import { requireCount } from "./layer-options.ts";

/** Options of Conv2D(), by Keras's names. */
export interface Conv2DOptions extends ConvolutionOptions {
  /** channels and filters fall into so many groups; a filter sees the channels of its own group only */
  readonly groups?: number;
  readonly kernelInitializer?: InitializerChoice;
  readonly kernelRegularizer?: RegularizerChoice;
}

const ownOptions: OptionNames<Omit<Conv2DOptions, keyof ConvolutionOptions>> = {
  groups: true,
  kernelInitializer: true,
  kernelRegularizer: true,
};

/** The layer that Conv2D() makes. */
export class Conv2DLayer extends Convolution2DLayer {
  static override readonly positional = ["filters", "kernelSize"];
  readonly className = "Conv2D";
  readonly filters: number;
  readonly groups: number;
  readonly #kernel: KernelRules;

  constructor(filters: number, kernelSize: Size2d, options: Conv2DOptions = {}) {
    super("Conv2D", kernelSize, options, ownOptions);
    const { groups = 1, kernelInitializer = glorotUniform() } = options;
    requireCount("Conv2D", "filters", filters);
    requireCount("Conv2D", "groups", groups);
    if (filters % groups !== 0) {
      throw new ArgumentError(`Conv2D: ${groups} groups cannot share ${filters} filters evenly.`);
    }
    this.filters = filters;
    this.groups = groups;
    this.#kernel = { initializer: kernelInitializer, regularizer: options.kernelRegularizer };
  }

  protected override createVariables(inputs: readonly Shape[]): void {
    const image = this.singleOfRank(inputs, 3, "[h,w,c]");
    const channels = image[2]! / this.groups; // that a filter sees
    if (!Number.isInteger(channels)) {
      throw new ShapeError(
        `${this.label}: ${this.groups} groups cannot share ${image[2]} channels evenly. ` +
          `Input ${formatShape(image)} (h,w,c).`,
      );
    }
    const shape = [...this.kernelSize, channels, this.filters];
    this.addKernel("kernel", shape, this.filters, this.#kernel);
  }

  outputShape(inputs: readonly Shape[]): Shape {
    const image = this.singleOfRank(inputs, 3, "[h,w,c]");
    const window = resolveWindow(this.label, [1, ...image], this.sliding());
    return [window.outHeight, window.outWidth, this.filters];
  }

  call(inputs: readonly Tensor[], context: CallContext): Tensor {
    const image = this.single(inputs);
    return this.convolve(
      (kernel, options) => conv2d(image, kernel, { ...options, groups: this.groups }),
      context,
    );
  }
}

/** Keras's Conv2D(filters, kernelSize): images [h,w,c], stride 1, no padding, glorot-uniform kernel, zero bias. */
export function Conv2D(filters: number, kernelSize: Size2d, options: Conv2DOptions = {}): Conv2DLayer {
  return new Conv2DLayer(filters, kernelSize, options);
}

/** @file Conv2DTranspose: a convolution backwards, which makes images larger by its stride. */
import type { OptionNames } from "../../engine/options.ts";
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { conv2dTranspose } from "../../kernels/conv2d-transpose/conv2d-transpose.ts";
import { resolveTransposedWindow } from "../../kernels/conv2d-transpose/window.ts";
import type { Size2d } from "../../kernels/window.ts";
import { glorotUniform, type InitializerChoice } from "../initializers.ts";
import type { RegularizerChoice } from "../regularizers.ts";
import { Convolution2DLayer, type ConvolutionOptions, type KernelRules } from "./convolution2d.ts";
import { requireCount } from "./layer-options.ts";

/** Options of Conv2DTranspose(), by Keras's names. */
export interface Conv2DTransposeOptions extends ConvolutionOptions {
  readonly kernelInitializer?: InitializerChoice;
  readonly kernelRegularizer?: RegularizerChoice;
}

const ownOptions: OptionNames<Omit<Conv2DTransposeOptions, keyof ConvolutionOptions>> = {
  kernelInitializer: true,
  kernelRegularizer: true,
};

/** The layer that Conv2DTranspose() makes. */
export class Conv2DTransposeLayer extends Convolution2DLayer {
  static override readonly positional = ["filters", "kernelSize"];
  readonly className = "Conv2DTranspose";
  readonly filters: number;
  readonly #kernel: KernelRules;

  constructor(filters: number, kernelSize: Size2d, options: Conv2DTransposeOptions = {}) {
    super("Conv2DTranspose", kernelSize, options, ownOptions);
    requireCount("Conv2DTranspose", "filters", filters);
    this.filters = filters;
    const { kernelInitializer = glorotUniform(), kernelRegularizer } = options;
    this.#kernel = { initializer: kernelInitializer, regularizer: kernelRegularizer };
  }

  protected override createVariables(inputs: readonly Shape[]): void {
    const channels = this.singleOfRank(inputs, 3, "[h,w,c]")[2]!;
    const shape = [...this.kernelSize, this.filters, channels];
    this.addKernel("kernel", shape, this.filters, this.#kernel);
  }

  outputShape(inputs: readonly Shape[]): Shape {
    const [h, w, c] = this.singleOfRank(inputs, 3, "[h,w,c]") as [number, number, number];
    const { height, width } = resolveTransposedWindow(this.label, [1, h, w, c], this.sliding());
    return [height, width, this.filters];
  }

  call(inputs: readonly Tensor[]): Tensor {
    const image = this.single(inputs);
    return this.convolve((kernel, options) => conv2dTranspose(image, kernel, options));
  }
}

/** Keras's Conv2DTranspose(filters, kernelSize): images [h,w,c], stride 1, no padding, glorot-uniform kernel, zero bias. */
export function Conv2DTranspose(
  filters: number,
  kernelSize: Size2d,
  options: Conv2DTransposeOptions = {},
): Conv2DTransposeLayer {
  return new Conv2DTransposeLayer(filters, kernelSize, options);
}

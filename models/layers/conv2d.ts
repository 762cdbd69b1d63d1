/** @file Conv2D: filters that slide over images. */
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { conv2d } from "../../kernels/conv2d/conv2d.ts";
import { type Padding, pair, resolveWindow, type Size2d } from "../../kernels/window.ts";
import { type ActivationName, activate, checkActivation, fuse } from "../activations.ts";
import { glorotUniform, type Initializer, zeros } from "../initializers.ts";
import { Layer, type LayerOptions } from "./layer.ts";

export interface Conv2DOptions extends LayerOptions {
  readonly strides?: Size2d;
  readonly padding?: Padding;
  readonly dilationRate?: Size2d;
  /** channels and filters fall into so many groups; a filter sees the channels of its own group only */
  readonly groups?: number;
  readonly activation?: ActivationName;
  readonly useBias?: boolean;
  readonly kernelInitializer?: Initializer;
  readonly biasInitializer?: Initializer;
}

export class Conv2DLayer extends Layer {
  readonly className = "Conv2D";
  readonly filters: number;
  readonly kernelSize: readonly [number, number];
  readonly groups: number;
  readonly activation: ActivationName;
  readonly #options: Conv2DOptions;

  constructor(filters: number, kernelSize: Size2d, options: Conv2DOptions = {}) {
    super(options);
    if (!Number.isInteger(filters) || filters < 1) {
      throw new ArgumentError(`Conv2D: filters must be a positive integer, got ${filters}.`);
    }
    const { activation = "linear", groups = 1 } = options;
    if (!Number.isInteger(groups) || groups < 1 || filters % groups !== 0) {
      throw new ArgumentError(
        `Conv2D: groups must be a positive integer that divides the ${filters} filters, got ${groups}.`,
      );
    }
    checkActivation("Conv2D", activation);
    this.filters = filters;
    this.kernelSize = pair("Conv2D", "kernelSize", kernelSize);
    this.groups = groups;
    this.activation = activation;
    this.#options = options;
  }

  protected override createVariables(inputs: readonly Shape[]): void {
    const { useBias = true, kernelInitializer = glorotUniform(), biasInitializer = zeros() } = this.#options;
    const image = this.singleOfRank(inputs, 3, "[h,w,c]");
    const channels = image[2]! / this.groups;
    if (!Number.isInteger(channels)) {
      throw new ShapeError(
        `${this.label}: ${this.groups} groups cannot share ${image[2]} channels evenly. Input ${formatShape(image)} (h,w,c).`,
      );
    }
    this.addVariable("kernel", [...this.kernelSize, channels, this.filters], kernelInitializer);
    if (useBias) this.addVariable("bias", [this.filters], biasInitializer);
  }

  outputShape(inputs: readonly Shape[]): Shape {
    const image = this.singleOfRank(inputs, 3, "[h,w,c]");
    const { strides = 1, padding = "valid", dilationRate = 1 } = this.#options;
    const options = { window: this.kernelSize, strides, padding, dilation: dilationRate };
    const window = resolveWindow(this.label, [1, ...image], options);
    return [window.outHeight, window.outWidth, this.filters];
  }

  call(inputs: readonly Tensor[]): Tensor {
    const { strides = 1, padding = "valid", dilationRate = 1 } = this.#options;
    const { fused, rest } = fuse(this.activation);
    const options = {
      strides,
      padding,
      dilation: dilationRate,
      groups: this.groups,
      bias: this.variables[1]?.tensor,
      activation: fused,
    };
    return activate(conv2d(this.single(inputs), this.variable("kernel").tensor, options), rest);
  }
}

/** Keras's Conv2D(filters, kernelSize): images [h,w,c], stride 1, no padding, glorot-uniform kernel, zero bias. */
export function Conv2D(filters: number, kernelSize: Size2d, options: Conv2DOptions = {}): Conv2DLayer {
  return new Conv2DLayer(filters, kernelSize, options);
}

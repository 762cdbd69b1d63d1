/** @file MaxPooling2D: the largest value of each window. */
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { maxPool2d } from "../../kernels/pool2d/max-pool2d.ts";
import type { PoolOptions } from "../../kernels/pool2d/pool2d.ts";
import { resolveWindow } from "../../kernels/window.ts";
import { Layer, type LayerOptions } from "./layer.ts";

export class MaxPooling2DLayer extends Layer {
  readonly className = "MaxPooling2D";
  readonly #options: PoolOptions;

  constructor(options: PoolOptions & LayerOptions) {
    super(options);
    this.#options = options;
  }

  outputShape(inputs: readonly Shape[]): Shape {
    const image = this.singleOfRank(inputs, 3, "[h,w,c]");
    const { poolSize = 2, strides = poolSize, padding = "valid" } = this.#options;
    const window = resolveWindow(this.label, [1, ...image], { window: poolSize, strides, padding });
    return [window.outHeight, window.outWidth, image[2]!];
  }

  call(inputs: readonly Tensor[]): Tensor {
    return maxPool2d(this.single(inputs), this.#options);
  }
}

/** Keras's MaxPooling2D(poolSize = 2): strides default to the window, no padding. */
export function MaxPooling2D(
  poolSize: PoolOptions["poolSize"] = 2,
  options: Omit<PoolOptions, "poolSize"> & LayerOptions = {},
): MaxPooling2DLayer {
  return new MaxPooling2DLayer({ ...options, poolSize });
}

/** @file MaxPooling2D: the largest value of each window. */
import type { Tensor } from "../../engine/tensor.ts";
import { maxPool2d } from "../../kernels/pool2d/max-pool2d.ts";
import type { Size2d } from "../../kernels/window.ts";
import { Pooling2DLayer, type PoolingOptions } from "./pooling2d.ts";

/** The layer that MaxPooling2D() makes. */
export class MaxPooling2DLayer extends Pooling2DLayer {
  static override readonly positional = ["poolSize"];
  readonly className = "MaxPooling2D";

  constructor(poolSize: Size2d, options: PoolingOptions) {
    super("MaxPooling2D", poolSize, options);
  }

  call(inputs: readonly Tensor[]): Tensor {
    return maxPool2d(this.single(inputs), this.options);
  }
}

/** Keras's MaxPooling2D(poolSize = 2): strides default to the window, no padding. */
export function MaxPooling2D(poolSize: Size2d = 2, options: PoolingOptions = {}): MaxPooling2DLayer {
  return new MaxPooling2DLayer(poolSize, options);
}

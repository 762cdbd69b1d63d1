/** @file AveragePooling2D: the mean of each window. */
import type { Tensor } from "../../engine/tensor.ts";
import { avgPool2d } from "../../kernels/pool2d/average-pool2d.ts";
import type { Size2d } from "../../kernels/window.ts";
import { Pooling2DLayer, type PoolingOptions } from "./pooling2d.ts";

/** The layer that AveragePooling2D() makes. */
export class AveragePooling2DLayer extends Pooling2DLayer {
  static override readonly positional = ["poolSize"];
  readonly className = "AveragePooling2D";

  constructor(poolSize: Size2d, options: PoolingOptions) {
    super("AveragePooling2D", poolSize, options);
  }

  call(inputs: readonly Tensor[]): Tensor {
    return avgPool2d(this.single(inputs), this.options);
  }
}

/** Keras's AveragePooling2D(poolSize = 2): with padding "same" only real pixels count, as in TensorFlow. */
export function AveragePooling2D(poolSize: Size2d = 2, options: PoolingOptions = {}): AveragePooling2DLayer {
  return new AveragePooling2DLayer(poolSize, options);
}

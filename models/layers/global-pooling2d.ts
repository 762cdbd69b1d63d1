/** @file GlobalAveragePooling2D and GlobalMaxPooling2D: one number per channel, whatever the size of the image. */
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { globalAveragePool2d, globalMaxPool2d } from "../../kernels/pool2d/global-pool2d.ts";
import { type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions } from "./layer-options.ts";

abstract class GlobalPooling2DLayer extends Layer {
  override get half(): HalfSupport {
    return "keeps";
  }

  outputShape(inputs: readonly Shape[]): Shape {
    return [this.singleOfRank(inputs, 3, "[h,w,c]")[2]!];
  }
}

/** The layer that GlobalAveragePooling2D() makes. */
export class GlobalAveragePooling2DLayer extends GlobalPooling2DLayer {
  static override readonly positional = [];
  readonly className = "GlobalAveragePooling2D";

  call(inputs: readonly Tensor[]): Tensor {
    return globalAveragePool2d(this.single(inputs));
  }
}

/** The layer that GlobalMaxPooling2D() makes. */
export class GlobalMaxPooling2DLayer extends GlobalPooling2DLayer {
  static override readonly positional = [];
  readonly className = "GlobalMaxPooling2D";

  call(inputs: readonly Tensor[]): Tensor {
    return globalMaxPool2d(this.single(inputs));
  }
}

/** Keras's GlobalAveragePooling2D(): [n, h, w, c] to the mean of each channel [n, c]. */
export function GlobalAveragePooling2D(options: LayerOptions = {}): GlobalAveragePooling2DLayer {
  return new GlobalAveragePooling2DLayer(layerOptions("GlobalAveragePooling2D", options, {}));
}

/** Keras's GlobalMaxPooling2D(): [n, h, w, c] to the largest value of each channel [n, c]. */
export function GlobalMaxPooling2D(options: LayerOptions = {}): GlobalMaxPooling2DLayer {
  return new GlobalMaxPooling2DLayer(layerOptions("GlobalMaxPooling2D", options, {}));
}

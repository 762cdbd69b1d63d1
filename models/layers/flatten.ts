/** @file Flatten: a sample as one row of numbers. */
import { type Shape, sizeOf } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { reshape } from "../../kernels/shape/reshape.ts";
import { type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions } from "./layer-options.ts";

export class FlattenLayer extends Layer {
  static override readonly positional = [];
  readonly className = "Flatten";

  override get half(): HalfSupport {
    return "keeps";
  }

  outputShape(inputs: readonly Shape[]): Shape {
    return [sizeOf(this.single(inputs))];
  }

  call(inputs: readonly Tensor[]): Tensor {
    const x = this.single(inputs);
    return reshape(x, [x.shape[0]!, x.size / x.shape[0]!]);
  }
}

/** Keras's Flatten(): [n, h, w, c] to [n, h*w*c] in row-major order. */
export function Flatten(options: LayerOptions = {}): FlattenLayer {
  return new FlattenLayer(layerOptions("Flatten", options, {}));
}

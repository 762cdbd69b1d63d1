/** @file Cropping2D: images without their margins. */
import { formatShape, ShapeError } from "../../engine/errors.ts";
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { bothMargins, cropping2d, type Margin, type Margins2d } from "../../kernels/pad/pad.ts";
import { type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions } from "./layer-options.ts";

export class Cropping2DLayer extends Layer {
  static override readonly positional = ["cropping"];
  readonly className = "Cropping2D";
  readonly cropping: readonly [Margin, Margin];

  constructor(cropping: Margins2d, options: LayerOptions = {}) {
    super(layerOptions("Cropping2D", options, {}));
    this.cropping = bothMargins("Cropping2D", cropping);
  }

  override get half(): HalfSupport {
    return "keeps";
  }

  outputShape(inputs: readonly Shape[]): Shape {
    const image = this.singleOfRank(inputs, 3, "[h,w,c]") as [number, number, number];
    const [[top, bottom], [left, right]] = this.cropping;
    const [height, width] = [image[0] - top - bottom, image[1] - left - right];
    if (height < 1 || width < 1) {
      const margins = `${top}+${bottom} rows and ${left}+${right} columns`;
      throw new ShapeError(`${this.label}: nothing is left of ${formatShape(image)} without ${margins}.`);
    }
    return [height, width, image[2]];
  }

  call(inputs: readonly Tensor[]): Tensor {
    return cropping2d(this.single(inputs), this.cropping);
  }
}

/** Keras's Cropping2D(cropping = 0). */
export function Cropping2D(cropping: Margins2d = 0, options: LayerOptions = {}): Cropping2DLayer {
  return new Cropping2DLayer(cropping, options);
}

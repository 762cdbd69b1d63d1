/** @file ZeroPadding2D: zeros around images. */
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { bothMargins, type Margin, type Margins2d, zeroPadding2d } from "../../kernels/pad/pad.ts";
import { type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions } from "./layer-options.ts";

export class ZeroPadding2DLayer extends Layer {
  static override readonly positional = ["padding"];
  readonly className = "ZeroPadding2D";
  readonly padding: readonly [Margin, Margin];

  constructor(padding: Margins2d, options: LayerOptions = {}) {
    super(layerOptions("ZeroPadding2D", options, {}));
    this.padding = bothMargins("ZeroPadding2D", padding);
  }

  override get half(): HalfSupport {
    return "keeps";
  }

  outputShape(inputs: readonly Shape[]): Shape {
    const [height, width, channels] = this.singleOfRank(inputs, 3, "[h,w,c]") as [number, number, number];
    const [[top, bottom], [left, right]] = this.padding;
    return [top + height + bottom, left + width + right, channels];
  }

  call(inputs: readonly Tensor[]): Tensor {
    return zeroPadding2d(this.single(inputs), this.padding);
  }
}

/** Keras's ZeroPadding2D(padding = 1). */
export function ZeroPadding2D(padding: Margins2d = 1, options: LayerOptions = {}): ZeroPadding2DLayer {
  return new ZeroPadding2DLayer(padding, options);
}

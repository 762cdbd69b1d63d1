/** @file UpSampling2D: every pixel repeated down and across. */
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { upsample2d } from "../../kernels/upsample2d/upsample2d.ts";
import { pair, type Size2d } from "../../kernels/window.ts";
import { type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions } from "./layer-options.ts";

export class UpSampling2DLayer extends Layer {
  static override readonly positional = ["size"];
  readonly className = "UpSampling2D";
  readonly size: readonly [number, number];

  constructor(size: Size2d, options: LayerOptions = {}) {
    super(layerOptions("UpSampling2D", options, {}));
    this.size = pair("UpSampling2D", "size", size);
  }

  override get half(): HalfSupport {
    return "keeps";
  }

  outputShape(inputs: readonly Shape[]): Shape {
    const [height, width, channels] = this.singleOfRank(inputs, 3, "[h,w,c]") as [number, number, number];
    return [height * this.size[0], width * this.size[1], channels];
  }

  call(inputs: readonly Tensor[]): Tensor {
    return upsample2d(this.single(inputs), { size: this.size });
  }
}

/** Keras's UpSampling2D(size = 2), nearest neighbour. */
export function UpSampling2D(size: Size2d = 2, options: LayerOptions = {}): UpSampling2DLayer {
  return new UpSampling2DLayer(size, options);
}

/** @file SpatialDropout2D: in training whole channels of an image are dropped. */
import { checkOption } from "../../engine/options.ts";
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { dropout } from "../../kernels/dropout/dropout.ts";
import { addScalar, cast, mul, type RealType } from "../../kernels/elementwise/index.ts";
import { type CallContext, type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions } from "./layer-options.ts";

export class SpatialDropout2DLayer extends Layer {
  static override readonly positional = ["rate"];
  readonly className = "SpatialDropout2D";
  readonly rate: number;

  constructor(rate: number, options: LayerOptions = {}) {
    super(layerOptions("SpatialDropout2D", options, {}));
    checkOption("SpatialDropout2D", "rate", rate, () => rate >= 0 && rate < 1, "in [0, 1)");
    this.rate = rate;
  }

  override get half(): HalfSupport {
    return "keeps";
  }

  outputShape(inputs: readonly Shape[]): Shape {
    return this.singleOfRank(inputs, 3, "[h,w,c]");
  }

  call(inputs: readonly Tensor[], { training, stream }: CallContext): Tensor {
    const x = this.single(inputs); // [n, h, w, c]
    if (!training || this.rate === 0) return x;
    const ones = addScalar(x.engine.zeros([x.shape[0]!, 1, 1, x.shape[3]!]), 1);
    return cast(mul(x, dropout(ones, { rate: this.rate, stream })), x.dtype as RealType); // the mask is f32
  }
}

/** Keras's SpatialDropout2D(rate): drops each channel of each sample with probability `rate` (Tompson et al. 2015). */
export function SpatialDropout2D(rate: number, options: LayerOptions = {}): SpatialDropout2DLayer {
  return new SpatialDropout2DLayer(rate, options);
}

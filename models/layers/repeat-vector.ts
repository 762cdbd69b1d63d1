/** @file RepeatVector: every sample's features several times over, as a sequence. */
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { reshape } from "../../kernels/shape/reshape.ts";
import { upsample2d } from "../../kernels/upsample2d/upsample2d.ts";
import { type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions, requireCount } from "./layer-options.ts";

export class RepeatVectorLayer extends Layer {
  static override readonly positional = ["n"];
  readonly className = "RepeatVector";
  readonly n: number;

  constructor(n: number, options: LayerOptions = {}) {
    super(layerOptions("RepeatVector", options, {}));
    requireCount("RepeatVector", "n", n);
    this.n = n;
  }

  override get half(): HalfSupport {
    return "keeps";
  }

  outputShape(inputs: readonly Shape[]): Shape {
    const [features] = this.singleOfRank(inputs, 1, "[features]");
    return [this.n, features!];
  }

  /** An image of one pixel, repeated downwards. */
  call(inputs: readonly Tensor[]): Tensor {
    const x = this.single(inputs); // [n, features]
    const [samples, features] = x.shape as [number, number];
    const image = reshape(x, [samples, 1, 1, features]);
    return reshape(upsample2d(image, { size: [this.n, 1] }), [samples, this.n, features]);
  }
}

/** Keras's RepeatVector(n): [batch, features] to [batch, n, features]. */
export function RepeatVector(n: number, options: LayerOptions = {}): RepeatVectorLayer {
  return new RepeatVectorLayer(n, options);
}

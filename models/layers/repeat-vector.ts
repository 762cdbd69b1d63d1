/** @file RepeatVector: every sample's features several times over, as a sequence. */
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { reshape } from "../../kernels/shape/reshape.ts";
import { upsample2d } from "../../kernels/upsample2d/upsample2d.ts";
import { type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions, requireCount } from "./layer-options.ts";

export class RepeatVectorLayer extends Layer {
  static override readonly positional = ["times"];
  readonly className = "RepeatVector";
  readonly times: number;

  constructor(times: number, options: LayerOptions = {}) {
    super(layerOptions("RepeatVector", options, {}));
    requireCount("RepeatVector", "times", times);
    this.times = times;
  }

  override get half(): HalfSupport {
    return "keeps";
  }

  outputShape(inputs: readonly Shape[]): Shape {
    const [features] = this.singleOfRank(inputs, 1, "[features]");
    return [this.times, features!];
  }

  /** An image of one pixel, repeated downwards. */
  call(inputs: readonly Tensor[]): Tensor {
    const x = this.single(inputs); // [n, features]
    const [samples, features] = x.shape as [number, number];
    const image = reshape(x, [samples, 1, 1, features]);
    return reshape(upsample2d(image, { size: [this.times, 1] }), [samples, this.times, features]);
  }
}

/** Keras's RepeatVector(n): [batch, features] to [batch, n, features]. */
export function RepeatVector(times: number, options: LayerOptions = {}): RepeatVectorLayer {
  return new RepeatVectorLayer(times, options);
}

/** @file GaussianNoise: normal noise added to the inputs in training. */
import { checkOption } from "../../engine/options.ts";
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { gaussianNoise } from "../../kernels/dropout/gaussian-noise.ts";
import { type CallContext, type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions } from "./layer-options.ts";

export class GaussianNoiseLayer extends Layer {
  static override readonly positional = ["stddev"];
  readonly className = "GaussianNoise";
  readonly stddev: number;

  constructor(stddev: number, options: LayerOptions = {}) {
    super(layerOptions("GaussianNoise", options, {}));
    checkOption("GaussianNoise", "stddev", stddev, () => stddev >= 0, "0 or more");
    this.stddev = stddev;
  }

  override get half(): HalfSupport {
    return "keeps";
  }

  outputShape(inputs: readonly Shape[]): Shape {
    return this.single(inputs);
  }

  call(inputs: readonly Tensor[], { training, stream }: CallContext): Tensor {
    const x = this.single(inputs);
    return training ? gaussianNoise(x, { stddev: this.stddev, stream }) : x;
  }
}

/** Keras's GaussianNoise(stddev). */
export function GaussianNoise(stddev: number, options: LayerOptions = {}): GaussianNoiseLayer {
  return new GaussianNoiseLayer(stddev, options);
}

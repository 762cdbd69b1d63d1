/** @file Rescaling: inputs in other units, as bytes from 0 to 1. */
import { checkOption } from "../../engine/options.ts";
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { addScalar, scale } from "../../kernels/elementwise/index.ts";
import { type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions } from "./layer-options.ts";

/** Options of Rescaling(). */
export interface RescalingOptions extends LayerOptions {
  /** added after the factor. Default 0 */
  readonly offset?: number;
}

export class RescalingLayer extends Layer {
  static override readonly positional = ["scale"];
  readonly className = "Rescaling";
  readonly scale: number;
  readonly offset: number;

  constructor(scale: number, options: RescalingOptions = {}) {
    super(layerOptions("Rescaling", options, { offset: true }));
    const { offset = 0 } = options;
    checkOption("Rescaling", "scale", scale, () => true, "a number");
    checkOption("Rescaling", "offset", offset, () => true, "a number");
    this.scale = scale;
    this.offset = offset;
  }

  override get half(): HalfSupport {
    return "keeps";
  }

  outputShape(inputs: readonly Shape[]): Shape {
    return this.single(inputs);
  }

  call(inputs: readonly Tensor[]): Tensor {
    const scaled = scale(this.single(inputs), this.scale);
    return this.offset === 0 ? scaled : addScalar(scaled, this.offset);
  }
}

/** Keras's Rescaling(scale): x * scale + offset, in training and inference alike. */
export function Rescaling(scale: number, options: RescalingOptions = {}): RescalingLayer {
  return new RescalingLayer(scale, options);
}

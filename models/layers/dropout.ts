/** @file Dropout: in training a share of the inputs is zero and the others are scaled up. */
import { checkOption } from "../../engine/options.ts";
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { dropout } from "../../kernels/dropout/dropout.ts";
import { type CallContext, type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions } from "./layer-options.ts";

export class DropoutLayer extends Layer {
  static override readonly positional = ["rate"];
  readonly className = "Dropout";
  readonly rate: number;

  constructor(rate: number, options: LayerOptions = {}) {
    super(layerOptions("Dropout", options, {}));
    checkOption("Dropout", "rate", rate, () => rate >= 0 && rate < 1, "in [0, 1)");
    this.rate = rate;
  }

  override get half(): HalfSupport {
    return "keeps";
  }

  outputShape(inputs: readonly Shape[]): Shape {
    return this.single(inputs);
  }

  call(inputs: readonly Tensor[], { training, stream }: CallContext): Tensor {
    const x = this.single(inputs);
    return training && this.rate > 0 ? dropout(x, { rate: this.rate, stream }) : x;
  }
}

/** Keras's Dropout(rate): drops each input with probability `rate`, scales the others by 1 / (1 - rate). */
export function Dropout(rate: number, options: LayerOptions = {}): DropoutLayer {
  return new DropoutLayer(rate, options);
}

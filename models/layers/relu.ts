/** @file ReLU as a layer, with Keras's three options. */
import { checkOption } from "../../engine/options.ts";
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { leakyRelu, relu } from "../../kernels/elementwise/index.ts";
import { thresholdRelu } from "../../kernels/threshold-relu/threshold-relu.ts";
import { type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions } from "./layer-options.ts";

/** Options of ReLU(), by Keras's names. */
export interface ReLUOptions extends LayerOptions {
  /** the output ends here; without end unless given */
  readonly maxValue?: number;
  /** slope below the threshold. Default 0 */
  readonly negativeSlope?: number;
  /** from here on the output is the input. Default 0 */
  readonly threshold?: number;
}

export class ReLULayer extends Layer {
  static override readonly positional = [];
  readonly className = "ReLU";
  readonly #options: ReLUOptions;

  constructor(options: ReLUOptions = {}) {
    super(layerOptions("ReLU", options, { maxValue: true, negativeSlope: true, threshold: true }));
    for (const name of ["maxValue", "negativeSlope", "threshold"] as const) {
      const value = options[name];
      if (value !== undefined) checkOption("ReLU", name, value, () => value >= 0, "0 or more");
    }
    this.#options = options;
  }

  override get half(): HalfSupport {
    return "keeps";
  }

  outputShape(inputs: readonly Shape[]): Shape {
    return this.single(inputs);
  }

  call(inputs: readonly Tensor[]): Tensor {
    const x = this.single(inputs);
    const { maxValue, negativeSlope = 0, threshold = 0 } = this.#options;
    if (maxValue !== undefined || threshold > 0)
      return thresholdRelu(x, { maxValue, negativeSlope, threshold });
    return negativeSlope > 0 ? leakyRelu(x, negativeSlope) : relu(x);
  }
}

/** Keras's ReLU(): max(x, 0) unless told otherwise. */
export function ReLU(options: ReLUOptions = {}): ReLULayer {
  return new ReLULayer(options);
}

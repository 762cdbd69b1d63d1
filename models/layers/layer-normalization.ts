/** @file LayerNormalization: the last axis of every sample with mean 0 and variance 1, then scaled and shifted. */
import { checkOption } from "../../engine/options.ts";
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { type LayerNormOptions, layerNorm } from "../../kernels/layer-norm/layer-norm.ts";
import { ones, zeros } from "../initializers.ts";
import { type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions } from "./layer-options.ts";

export class LayerNormalizationLayer extends Layer {
  static override readonly positional = [];
  readonly className = "LayerNormalization";
  readonly #epsilon: number;

  constructor(options: LayerNormOptions & LayerOptions = {}) {
    super(layerOptions("LayerNormalization", options, { epsilon: true }));
    const { epsilon = 1e-3 } = options;
    checkOption("LayerNormalization", "epsilon", epsilon, () => epsilon >= 0, "0 or more");
    this.#epsilon = epsilon;
  }

  protected override createVariables(inputs: readonly Shape[]): void {
    const features = [this.single(inputs).at(-1)!];
    this.addVariable("gamma", features, ones());
    this.addVariable("beta", features, zeros());
  }

  override get half(): HalfSupport {
    return "keeps";
  }

  outputShape(inputs: readonly Shape[]): Shape {
    return this.single(inputs);
  }

  call(inputs: readonly Tensor[]): Tensor {
    const [gamma, beta] = [this.variable("gamma").tensor, this.variable("beta").tensor];
    return layerNorm(this.single(inputs), gamma, beta, { epsilon: this.#epsilon });
  }
}

/** Keras's LayerNormalization(): over the last axis, epsilon 0.001. */
export function LayerNormalization(options: LayerNormOptions & LayerOptions = {}): LayerNormalizationLayer {
  return new LayerNormalizationLayer(options);
}

/** @file Activation: an activation function as a layer of its own. */
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { type ActivationChoice, activate, checkActivation, halfActivation } from "../activations.ts";
import { type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions } from "./layer-options.ts";

export class ActivationLayer extends Layer {
  static override readonly positional = ["activation"];
  readonly className = "Activation";
  readonly activation: ActivationChoice;

  constructor(activation: ActivationChoice, options: LayerOptions = {}) {
    super(layerOptions("Activation", options, {}));
    checkActivation("Activation", activation);
    this.activation = activation;
  }

  override get half(): HalfSupport {
    return halfActivation(this.activation) ? "keeps" : "none";
  }

  outputShape(inputs: readonly Shape[]): Shape {
    return this.single(inputs);
  }

  call(inputs: readonly Tensor[]): Tensor {
    return activate(this.single(inputs), this.activation);
  }
}

/** Keras's Activation: by name, or a function that keeps the shape. */
export function Activation(activation: ActivationChoice, options: LayerOptions = {}): ActivationLayer {
  return new ActivationLayer(activation, options);
}

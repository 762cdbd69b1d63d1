/** @file The entrance of a model. */
import { checkShape, type Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import type { SymbolicTensor } from "../symbolic.ts";
import { Layer, type LayerOptions } from "./layer.ts";
import { layerOptions } from "./layer-options.ts";

export class InputLayer extends Layer {
  static override readonly positional = ["shape"];
  readonly className = "InputLayer";
  readonly shape: Shape;

  constructor(shape: Shape, options: LayerOptions = {}) {
    super(layerOptions("Input", options, {}));
    checkShape(shape, "Input");
    this.shape = shape;
  }

  /** Where the layer's values enter a model. */
  get tensor(): SymbolicTensor {
    const [call = this.addCall([], [this.shape])] = this.calls;
    return call.outputs[0]!;
  }

  override get nameBase(): string {
    return "input"; // Keras's input_1
  }

  outputShape(): Shape {
    return this.shape;
  }

  call(inputs: readonly Tensor[]): Tensor {
    return this.single(inputs);
  }
}

/** First layer of `sequential`: samples of this shape, without the batch axis. */
export function Input(shape: Shape, options: LayerOptions = {}): InputLayer {
  return new InputLayer(shape, options);
}

/** Entrance of a functional model: `const x = input([32, 32, 3])`. */
export function input(shape: Shape, options: LayerOptions = {}): SymbolicTensor {
  return new InputLayer(shape, options).tensor;
}

/** @file The entrance of a model. */
import { checkShape, type Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { SymbolicTensor } from "../symbolic.ts";
import { Layer, type LayerOptions } from "./layer.ts";

export class InputLayer extends Layer {
  readonly className = "InputLayer";
  readonly shape: Shape;

  constructor(shape: Shape, options: LayerOptions = {}) {
    super(options);
    checkShape(shape, "Input");
    this.shape = shape;
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
  return new SymbolicTensor(shape, new InputLayer(shape, options), []);
}

/** @file Variables: the weights of layers. Their values live in flat GPU buffers once the model is built on an engine. */
import { WgradError } from "../engine/errors.ts";
import { type Shape, sizeOf } from "../engine/shape.ts";
import type { Tensor } from "../engine/tensor.ts";
import type { Initializer } from "./initializers.ts";

export class Variable {
  /** Keras's name within the layer: kernel, bias, gamma, beta, moving_mean, moving_variance */
  readonly name: string;
  readonly shape: Shape;
  readonly initializer: Initializer;
  /** false for moving statistics: never touched by an optimizer */
  readonly trainable: boolean;
  /** view of a flat buffer, set when the model is built on an engine */
  #tensor: Tensor | undefined;

  constructor(name: string, shape: Shape, initializer: Initializer, trainable: boolean) {
    this.name = name;
    this.shape = shape;
    this.initializer = initializer;
    this.trainable = trainable;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  get built(): boolean {
    return this.#tensor !== undefined;
  }

  get tensor(): Tensor {
    if (!this.#tensor)
      throw new WgradError(`The weight ${this.name} has no values yet: await model.compile() first.`);
    return this.#tensor;
  }

  /** Attaches the storage; only the parameter store calls this. */
  attach(tensor: Tensor | undefined): void {
    this.#tensor = tensor;
  }
}

/** @file Softmax as a layer, along any axis. */
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { softmax } from "../../kernels/softmax/index.ts";
import { type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions } from "./layer-options.ts";

/** Options of Softmax(). */
export interface SoftmaxOptions extends LayerOptions {
  /** as Keras counts: 0 is the batch, which it cannot be; negative from the end. Default -1 */
  readonly axis?: number;
}

export class SoftmaxLayer extends Layer {
  static override readonly positional = [];
  readonly className = "Softmax";
  readonly axis: number;

  constructor(options: SoftmaxOptions = {}) {
    super(layerOptions("Softmax", options, { axis: true }));
    this.axis = options.axis ?? -1;
    if (!Number.isInteger(this.axis) || this.axis === 0)
      throw new ArgumentError(`Softmax: axis must be an axis of the samples, got ${written(this.axis)}.`);
  }

  override get half(): HalfSupport {
    return "keeps";
  }

  outputShape(inputs: readonly Shape[]): Shape {
    const shape = this.single(inputs);
    if (this.axis <= shape.length && this.axis >= -shape.length) return shape;
    throw new ShapeError(
      `${this.label}: ${formatShape(shape)} (without the batch axis) has no axis ${this.axis}.`,
    );
  }

  call(inputs: readonly Tensor[]): Tensor {
    return softmax(this.single(inputs), this.axis);
  }
}

/** Keras's Softmax(): along the last axis unless told otherwise. */
export function Softmax(options: SoftmaxOptions = {}): SoftmaxLayer {
  return new SoftmaxLayer(options);
}

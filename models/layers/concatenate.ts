/** @file Concatenate: several inputs one after the other along an axis. */
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { concat } from "../../kernels/shape/concat.ts";
import { type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions } from "./layer-options.ts";

/** Options of Concatenate(). */
export interface ConcatenateOptions extends LayerOptions {
  /** as Keras counts: 0 is the batch, which cannot be joined; negative from the end. Default -1, the channels */
  readonly axis?: number;
}

export class ConcatenateLayer extends Layer {
  static override readonly positional = [];
  readonly className = "Concatenate";
  readonly axis: number;

  constructor(options: ConcatenateOptions = {}) {
    super(layerOptions("Concatenate", options, { axis: true }));
    this.axis = options.axis ?? -1;
    if (!Number.isInteger(this.axis) || this.axis === 0) {
      throw new ArgumentError(`Concatenate: axis must be an axis of the samples, got ${written(this.axis)}.`);
    }
  }

  override get half(): HalfSupport {
    return "keeps";
  }

  outputShape(inputs: readonly Shape[]): Shape {
    const [first, ...others] = inputs;
    if (!first || others.length === 0) {
      throw new ArgumentError(`${this.label}: joins two inputs or more, got ${inputs.length}.`);
    }
    const axis = this.axis < 0 ? this.axis + first.length : this.axis - 1;
    const fits = (shape: Shape) =>
      shape.length === first.length && shape.every((size, i) => i === axis || size === first[i]);
    if (axis < 0 || axis >= first.length || !others.every(fits)) {
      const shapes = inputs.map(formatShape).join(" and ");
      throw new ShapeError(
        `${this.label}: ${shapes} (without the batch axis) do not join along axis ${this.axis}.`,
      );
    }
    return first.with(
      axis,
      inputs.reduce((sum, shape) => sum + shape[axis]!, 0),
    );
  }

  call(inputs: readonly Tensor[]): Tensor {
    return concat(inputs, this.axis);
  }
}

/** Keras's Concatenate(): along the last axis unless told otherwise. */
export function Concatenate(options: ConcatenateOptions = {}): ConcatenateLayer {
  return new ConcatenateLayer(options);
}

/** @file Layers that merge several inputs of one shape element by element: Add, Multiply, Average, Maximum, ... */
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { type Shape, sameShape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { add, maximum, minimum, mul, scale, sub } from "../../kernels/elementwise/index.ts";
import { type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions } from "./layer-options.ts";

abstract class MergeLayer extends Layer {
  /** Of two inputs; of more, of the first two, then of that and the third, and so on. */
  protected abstract merge(a: Tensor, b: Tensor): Tensor;

  override get half(): HalfSupport {
    return "keeps";
  }

  outputShape(inputs: readonly Shape[]): Shape {
    const [first, ...others] = inputs;
    if (!first || others.length === 0) {
      throw new ArgumentError(`${this.label}: takes two inputs or more, got ${inputs.length}.`);
    }
    if (!others.every((other) => sameShape(first, other))) {
      throw new ShapeError(
        `${this.label}: inputs must have one shape, got ${inputs.map(formatShape).join(" and ")}.`,
      );
    }
    return first;
  }

  call(inputs: readonly Tensor[]): Tensor {
    return inputs.reduce((merged, x) => this.merge(merged, x));
  }
}

/** The layer that Add() makes. */
export class AddLayer extends MergeLayer {
  static override readonly positional = [];
  readonly className = "Add";
  protected merge = add;
}

/** The layer that Subtract() makes. */
export class SubtractLayer extends MergeLayer {
  static override readonly positional = [];
  readonly className = "Subtract";
  protected merge = sub;

  /** That of both inputs. Throws ArgumentError unless there are two, ShapeError if they differ. */
  override outputShape(inputs: readonly Shape[]): Shape {
    if (inputs.length === 2) return super.outputShape(inputs);
    throw new ArgumentError(`${this.label}: takes two inputs, got ${inputs.length}.`);
  }
}

/** The layer that Multiply() makes. */
export class MultiplyLayer extends MergeLayer {
  static override readonly positional = [];
  readonly className = "Multiply";
  protected merge = mul;
}

/** The layer that Average() makes. */
export class AverageLayer extends MergeLayer {
  static override readonly positional = [];
  readonly className = "Average";
  protected merge = add;

  /** Their sum over their number. */
  override call(inputs: readonly Tensor[]): Tensor {
    return scale(super.call(inputs), 1 / inputs.length);
  }
}

/** The layer that Maximum() makes. */
export class MaximumLayer extends MergeLayer {
  static override readonly positional = [];
  readonly className = "Maximum";
  protected merge = maximum;
}

/** The layer that Minimum() makes. */
export class MinimumLayer extends MergeLayer {
  static override readonly positional = [];
  readonly className = "Minimum";
  protected merge = minimum;
}

/** Keras's Add(): the sum, where a residual connection ends: `Add().apply([x, shortcut])`. */
export function Add(options: LayerOptions = {}): AddLayer {
  return new AddLayer(layerOptions("Add", options, {}));
}

/** Keras's Subtract(): the first of two inputs less the second. */
export function Subtract(options: LayerOptions = {}): SubtractLayer {
  return new SubtractLayer(layerOptions("Subtract", options, {}));
}

/** Keras's Multiply(): the product, as of features with their gates. */
export function Multiply(options: LayerOptions = {}): MultiplyLayer {
  return new MultiplyLayer(layerOptions("Multiply", options, {}));
}

/** Keras's Average(): the mean of the inputs. */
export function Average(options: LayerOptions = {}): AverageLayer {
  return new AverageLayer(layerOptions("Average", options, {}));
}

/** Keras's Maximum(): the largest of the inputs; of equal ones the gradient goes to the first. */
export function Maximum(options: LayerOptions = {}): MaximumLayer {
  return new MaximumLayer(layerOptions("Maximum", options, {}));
}

/** Keras's Minimum(): the smallest of the inputs; of equal ones the gradient goes to the first. */
export function Minimum(options: LayerOptions = {}): MinimumLayer {
  return new MinimumLayer(layerOptions("Minimum", options, {}));
}

/** @file Add: the sum of several inputs of one shape, where a residual connection ends. */
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { type Shape, sameShape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { add } from "../../kernels/elementwise/index.ts";
import { type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions } from "./layer-options.ts";

export class AddLayer extends Layer {
  readonly className = "Add";

  protected override copy(): AddLayer {
    return new AddLayer();
  }

  override get half(): HalfSupport {
    return "keeps";
  }

  outputShape(inputs: readonly Shape[]): Shape {
    const [first, ...others] = inputs;
    if (!first || others.length === 0) {
      throw new ArgumentError(`${this.label}: adds two inputs or more, got ${inputs.length}.`);
    }
    if (!others.every((other) => sameShape(first, other))) {
      throw new ShapeError(
        `${this.label}: inputs must have one shape, got ${inputs.map(formatShape).join(" and ")}.`,
      );
    }
    return first;
  }

  call(inputs: readonly Tensor[]): Tensor {
    return inputs.reduce((sum, x) => add(sum, x));
  }
}

/** Keras's Add(): `Add().apply([x, shortcut])`. */
export function Add(options: LayerOptions = {}): AddLayer {
  return new AddLayer(layerOptions("Add", options, {}));
}

/** @file Reshape: the same numbers of each sample under another shape. */
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import { type Shape, sizeOf } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { reshape } from "../../kernels/shape/reshape.ts";
import { type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions } from "./layer-options.ts";

export class ReshapeLayer extends Layer {
  static override readonly positional = ["targetShape"];
  readonly className = "Reshape";
  readonly targetShape: Shape;

  constructor(targetShape: Shape, options: LayerOptions = {}) {
    super(layerOptions("Reshape", options, {}));
    if (!Array.isArray(targetShape)) {
      throw new ArgumentError(`Reshape: needs a list of sizes, got ${written(targetShape)}.`);
    }
    const open = targetShape.filter((size) => size === -1).length;
    if (open > 1 || !targetShape.every((size) => size === -1 || (Number.isInteger(size) && size > 0))) {
      throw new ArgumentError(
        `Reshape: sizes are positive integers, one may be -1; got ${formatShape(targetShape)}.`,
      );
    }
    this.targetShape = targetShape;
  }

  override get half(): HalfSupport {
    return "keeps";
  }

  outputShape(inputs: readonly Shape[]): Shape {
    const shape = this.single(inputs);
    const known = sizeOf(this.targetShape.filter((size) => size !== -1));
    const target = this.targetShape.map((size) => (size === -1 ? sizeOf(shape) / known : size));
    if (sizeOf(target) !== sizeOf(shape) || !target.every(Number.isInteger)) {
      const sizes = `${formatShape(shape)} (${sizeOf(shape)} numbers per sample)`;
      throw new ShapeError(`${this.label}: ${sizes} does not fit ${formatShape(this.targetShape)}.`);
    }
    return target;
  }

  call(inputs: readonly Tensor[]): Tensor {
    const x = this.single(inputs);
    return reshape(x, [x.shape[0]!, ...this.outputShape([x.shape.slice(1)])]);
  }
}

/** Keras's Reshape(targetShape), without the batch axis; one size may be -1. */
export function Reshape(targetShape: Shape, options: LayerOptions = {}): ReshapeLayer {
  return new ReshapeLayer(targetShape, options);
}

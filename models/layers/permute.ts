/** @file Permute: the axes of every sample in another order. */
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { transpose } from "../../kernels/shape/transpose.ts";
import { type HalfSupport, Layer, type LayerOptions } from "./layer.ts";
import { layerOptions } from "./layer-options.ts";

export class PermuteLayer extends Layer {
  static override readonly positional = ["dims"];
  readonly className = "Permute";
  readonly dims: readonly number[];

  constructor(dims: readonly number[], options: LayerOptions = {}) {
    super(layerOptions("Permute", options, {}));
    if (!Array.isArray(dims) || !dims.every((_, i) => dims.includes(i + 1))) {
      throw new ArgumentError(
        `Permute: dims must name the axes from 1 on once each, as [2, 1], got ${written(dims)}.`,
      );
    }
    this.dims = dims;
  }

  override get half(): HalfSupport {
    return "keeps";
  }

  outputShape(inputs: readonly Shape[]): Shape {
    const shape = this.single(inputs);
    if (shape.length === this.dims.length) return this.dims.map((axis) => shape[axis - 1]!);
    throw new ShapeError(
      `${this.label}: orders ${this.dims.length} axes, got ${formatShape(shape)} (without the batch axis).`,
    );
  }

  call(inputs: readonly Tensor[]): Tensor {
    return transpose(this.single(inputs), [0, ...this.dims]);
  }
}

/** Keras's Permute(dims): axis i of the output is axis dims[i] of the input, counted from 1; the batch stays first. */
export function Permute(dims: readonly number[], options: LayerOptions = {}): PermuteLayer {
  return new PermuteLayer(dims, options);
}

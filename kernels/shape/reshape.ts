/** @file The same values under another shape. */
import { requireTensors } from "../../engine/arguments.ts";
import { ShapeError } from "../../engine/errors.ts";
import type { Shape } from "../../engine/shape.ts";
import { differentiable } from "../../engine/tape.ts";
import type { DType, Tensor } from "../../engine/tensor.ts";

/**
 * x under another shape of the same size, one size of which may be -1. A view: nothing is copied.
 * @throws ShapeError if the sizes differ
 */
export function reshape<D extends DType>(x: Tensor<D>, shape: Shape): Tensor<D> {
  requireTensors("reshape", { x });
  return differentiable(x.view(shape), {
    inputs: [x],
    backward: (dy, want) => [want(0) && dy.view(x.shape)],
  });
}

/** [n, ...] as [n, rest], in row-major order: what stands between convolutions and dense layers. */
export function flatten<D extends DType>(x: Tensor<D>): Tensor<D> {
  requireTensors("flatten", { x });
  const batch = x.shape[0];
  if (batch === undefined) throw new ShapeError("flatten: expects [n,...], got a scalar [].");
  return reshape(x, [batch, x.size / batch]);
}

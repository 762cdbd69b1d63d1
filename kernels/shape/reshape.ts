/** @file The same values under another shape. */
import { requireTensors } from "../../engine/arguments.ts";
import { ShapeError } from "../../engine/errors.ts";
import type { Shape } from "../../engine/shape.ts";
import { type DType, Tensor } from "../../engine/tensor.ts";

/**
 * x under another shape of the same size, one size of which may be -1. A view: nothing is copied.
 * @throws ShapeError if the sizes differ
 */
export function reshape<D extends DType>(x: Tensor<D>, shape: Shape): Tensor<D> {
  requireTensors("reshape", { x });
  return x.view(shape);
}

/**
 * x as a constant: the same values, through which no gradient flows. What gradients() would refuse (a target that a network
 * computes, a kernel without a rule) passes if this says that it is meant.
 */
export function stopGradient<D extends DType>(x: Tensor<D>): Tensor<D> {
  requireTensors("stopGradient", { x });
  const { engine, shape, dtype, storage, byteOffset } = x;
  return engine.adopt(new Tensor(engine, shape, dtype, storage, byteOffset));
}

/** [n, ...] as [n, rest], in row-major order: what stands between convolutions and dense layers. */
export function flatten<D extends DType>(x: Tensor<D>): Tensor<D> {
  requireTensors("flatten", { x });
  const batch = x.shape[0];
  if (batch === undefined) throw new ShapeError("flatten: expects [n,...], got a scalar [].");
  return reshape(x, [batch, x.size / batch]);
}

/** @file Reordering of axes. */

import { differentiable } from "../../engine/autodiff/tape.ts";
import { ArgumentError, formatShape } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import type { DType, Tensor } from "../../engine/tensor.ts";
import { requireUnpacked } from "./arguments.ts";
import { readStrided, stridesOf } from "./move.ts";

/**
 * Axis i of the result is axis perm[i] of x: y[i_0, i_1, ...] = x[...] with i_k along axis perm[k].
 * @param perm every axis once; reversed order if left out
 * @throws ArgumentError if perm is no permutation of x's axes
 */
export function transpose<D extends DType>(x: Tensor<D>, perm?: readonly number[]): Tensor<D> {
  requireUnpacked("transpose", x);
  const order = perm ?? x.shape.map((_, axis) => x.shape.length - 1 - axis);
  if (
    !Array.isArray(order) ||
    order.length !== x.shape.length ||
    !x.shape.every((_, i) => order.includes(i))
  ) {
    const axes = `each of the ${x.shape.length} axes of ${formatShape(x.shape)}`;
    throw new ArgumentError(`transpose: perm must name ${axes} once, got ${written(order)}.`);
  }
  const strides = stridesOf(x.shape);
  const axes = order.map((axis) => ({ size: x.shape[axis]!, stride: strides[axis]! }));
  const shape = axes.map(({ size }) => size);
  const y = readStrided("transpose", x, { shape, dtype: x.dtype }, axes) as Tensor<D>;
  return differentiable(y, {
    inputs: [x],
    backward: (dy, want) => {
      const dx = want(0);
      const back = stridesOf(shape);
      const inverse = x.shape.map((size, axis) => ({ size, stride: back[order.indexOf(axis)]! }));
      return [dx && readStrided("transpose", dy, dx, inverse)];
    },
  });
}

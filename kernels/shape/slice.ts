/** @file A strided box of a tensor. */

import { differentiable } from "../../engine/autodiff/tape.ts";
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import type { DType, Tensor } from "../../engine/tensor.ts";
import { requireUnpacked } from "./arguments.ts";
import { place, readStrided, stridesOf } from "./move.ts";

/**
 * x[begin : begin+size : strides] along every axis: ceil(size / stride) entries each.
 * @param begin first entry per axis
 * @param size extent per axis, counted in entries of x; -1: all from begin on
 * @param strides distance of the entries taken, 1 unless given
 * @throws ShapeError if the box leaves x, ArgumentError if there are not as many numbers as axes
 */
export function slice<D extends DType>(
  x: Tensor<D>,
  begin: readonly number[],
  size: readonly number[],
  strides?: readonly number[],
): Tensor<D> {
  requireUnpacked("slice", x);
  return stridedSlice(x, begin, size, strides ?? x.shape.map(() => 1));
}

function stridedSlice<D extends DType>(
  x: Tensor<D>,
  begin: readonly number[],
  size: readonly number[],
  strides: readonly number[],
): Tensor<D> {
  const rank = x.shape.length;
  if ([begin, size, strides].some((list) => !Array.isArray(list) || list.length !== rank)) {
    const lists = `begin ${written(begin)}, size ${written(size)}, strides ${written(strides)}`;
    throw new ArgumentError(`slice: needs one number per axis of ${formatShape(x.shape)}, got ${lists}.`);
  }
  const source = stridesOf(x.shape);
  const axes = x.shape.map((all, axis) => {
    const from = begin[axis]!;
    const extent = size[axis] === -1 && Number.isInteger(from) ? all - from : size[axis]!;
    checkRange(x, axis, from, extent, strides[axis]!);
    const step = Math.min(strides[axis]!, all); // a larger one takes one entry as well
    const count = Math.ceil(extent / step);
    return { size: count, stride: step * source[axis]!, out: all, begin: from, step };
  });
  const offset = axes.reduce((sum, { begin: from }, axis) => sum + from * source[axis]!, 0);
  const shape = axes.map((axis) => axis.size);
  const y = readStrided("slice", x, { shape, dtype: x.dtype }, axes, offset) as Tensor<D>;
  return differentiable(y, {
    inputs: [x],
    backward: (dy, want) => {
      const dx = want(0);
      return [dx && place("slice", dy, dx, axes)];
    },
  });
}

function checkRange(x: Tensor, axis: number, from: number, extent: number, step: number): void {
  const whole = [from, extent, step].every(Number.isInteger);
  if (whole && from >= 0 && extent >= 1 && step >= 1 && from + extent <= x.shape[axis]!) return;
  throw new ShapeError(
    `slice: ${written(extent)} entries from ${written(from)} by ${written(step)} do not fit axis ${axis} of ${formatShape(x.shape)}.`,
  );
}

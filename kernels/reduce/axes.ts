/** @file Reductions over any axes, brought to the form [outer, length, inner] that the kernels know. */
import { ArgumentError, formatShape } from "../../engine/errors.ts";
import { like, type Output } from "../../engine/kernel.ts";
import { type Shape, sizeOf } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { resolveAxis } from "../shape/arguments.ts";
import { readStrided, stridesOf } from "../shape/move.ts";
import { type Block, type Reduction, reduceBlock } from "./block.ts";

/** Axes counted from the front, ascending; all of them if `axes` is left out. Throws ArgumentError if one is wrong. */
export function resolveAxes(op: string, x: Tensor, axes?: number | readonly number[]): number[] {
  if (axes === undefined) return x.shape.map((_, axis) => axis);
  const named = (Array.isArray(axes) ? axes : [axes]).map((axis) => resolveAxis(op, x, axis));
  if (new Set(named).size === named.length) return named.sort((a, b) => a - b);
  throw new ArgumentError(`${op}: axes ${formatShape(named)} of ${formatShape(x.shape)} name an axis twice.`);
}

export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  if (keepDims) return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return shape.filter((_, axis) => !axes.includes(axis));
}

/** How x is laid out for the kernels: a block, after moving the reduced axes to the end where they lie apart. */
export interface Arrangement {
  readonly block: Block;
  /** order of x's axes in the block, if it is another one */
  readonly order?: readonly number[];
}

export function arrange(shape: Shape, axes: readonly number[]): Arrangement {
  const reduced = axes.filter((axis) => shape[axis] !== 1);
  const first = reduced[0] ?? shape.length;
  const end = (reduced.at(-1) ?? shape.length - 1) + 1;
  const between = shape.slice(first, end).filter((size, i) => size !== 1 && !reduced.includes(first + i));
  const length = sizeOf(reduced.map((axis) => shape[axis]!));
  if (between.length === 0) {
    return { block: { outer: sizeOf(shape.slice(0, first)), length, inner: sizeOf(shape.slice(end)) } };
  }
  const kept = shape.map((_, axis) => axis).filter((axis) => !reduced.includes(axis));
  return { block: { outer: sizeOf(shape) / length, length, inner: 1 }, order: [...kept, ...reduced] };
}

/** x in the order of the arrangement: x itself where nothing moves. */
export function toBlock(op: string, x: Tensor, { order }: Arrangement): Tensor {
  if (!order) return x;
  const strides = stridesOf(x.shape);
  const axes = order.map((axis) => ({ size: x.shape[axis]!, stride: strides[axis]! }));
  const shape = axes.map(({ size }) => size);
  return readStrided(op, x, like(x, shape), axes);
}

/** The inverse of toBlock, into `output` of the given shape. */
export function fromBlock(
  op: string,
  block: Tensor,
  shape: Shape,
  order: readonly number[],
  output: Output,
): Tensor {
  const strides = stridesOf(order.map((axis) => shape[axis]!));
  const axes = shape.map((size, axis) => ({ size, stride: strides[order.indexOf(axis)]! }));
  return readStrided(op, block, output, axes);
}

/** Reduces x over `axes` into `output`. Leaves nothing on the tape. */
export function reduceAxes(
  op: string,
  x: Tensor,
  axes: readonly number[],
  reduction: Reduction,
  output: Output,
): Tensor {
  const arrangement = arrange(x.shape, axes);
  return x.engine.scope(() => reduceBlock(toBlock(op, x, arrangement), arrangement.block, reduction, output));
}

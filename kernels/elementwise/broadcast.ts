/** @file NumPy's broadcasting: the common shape, operands brought to it, and gradients summed back. */
import { formatShape, ShapeError } from "../../engine/errors.ts";
import { like, type Output } from "../../engine/kernel.ts";
import { checkShape, type Shape, sameShape, sizeOf } from "../../engine/shape.ts";
import { aliasOf, type Tensor } from "../../engine/tensor.ts";
import { reduceAxes } from "../reduce/axes.ts";
import { readStrided, stridesOf } from "../shape/move.ts";

/** The shape of `a op b`: axes are matched from the last on; a size of 1 stretches. Throws ShapeError if they differ. */
export function broadcastShape(op: string, a: Shape, b: Shape): Shape {
  checkShape(a, op);
  checkShape(b, op);
  const rank = Math.max(a.length, b.length);
  const [left, right] = [padFront(a, rank), padFront(b, rank)];
  return left.map((size, axis) => {
    const other = right[axis]!;
    if (size === other || other === 1) return size;
    if (size === 1) return other;
    const shapes = `a ${formatShape(a)}, b ${formatShape(b)}`;
    throw new ShapeError(`${op}: ${size} and ${other} do not fit on axis ${axis - rank}. ${shapes}.`);
  });
}

/** An operand as the kernels read it: as long as the output, or shorter, in whole vectors and read again and again. */
export interface Operand {
  readonly tensor: Tensor;
  readonly repeats: boolean;
}

/** Prepares `x` for an output of `shape`. Copies at most four times x, unless x is stretched between other axes. */
export function operandFor(op: string, x: Tensor, shape: Shape): Operand {
  const size = sizeOf(shape);
  if (x.size === size) return { tensor: x, repeats: false };
  if (!isTail(x.shape, shape)) return { tensor: stretch(op, x, shape), repeats: false };
  if (x.size % 4 === 0) return { tensor: x, repeats: true };
  const copies = x.size % 2 === 0 ? 2 : 4;
  return { tensor: stretch(op, aliasOf(x, [1, x.size]), [copies, x.size]), repeats: true };
}

/** `gradient` of a broadcast result summed over the axes along which an input of `shape` was stretched. */
export function sumTo(gradient: Tensor, shape: Shape, output: Output, factor = 1): Tensor {
  const own = padFront(shape, gradient.shape.length);
  const axes = own.flatMap((size, axis) => (size === gradient.shape[axis] ? [] : [axis]));
  return reduceAxes("sumTo", gradient, axes, { operation: "sum", scale: factor }, output);
}

/** Does x equal the last axes of `shape`, but for ones in front? */
function isTail(x: Shape, shape: Shape): boolean {
  const trimmed = x.slice(x.findIndex((size) => size !== 1));
  return sizeOf(x) === 1 || sameShape(trimmed, shape.slice(shape.length - trimmed.length));
}

/** A copy of `x` with its axes of size 1 stretched to `shape`. */
export function stretch(op: string, x: Tensor, shape: Shape): Tensor {
  const own = padFront(x.shape, shape.length);
  const strides = stridesOf(own);
  const axes = shape.map((size, axis) => ({ size, stride: own[axis] === 1 ? 0 : strides[axis]! }));
  return readStrided(op, x, like(x, shape), axes);
}

function padFront(shape: Shape, rank: number): Shape {
  return [...Array<number>(rank - shape.length).fill(1), ...shape];
}

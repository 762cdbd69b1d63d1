/** @file Padding with a constant, and its inverse for images. */

import { differentiable } from "../../engine/autodiff/tape.ts";
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import type { DType, Tensor } from "../../engine/tensor.ts";
import { requireUnpacked } from "../shape/arguments.ts";
import { place, readStrided, stridesOf } from "../shape/move.ts";
import { slice } from "../shape/slice.ts";

/** Entries added before and after. */
export type Margin = readonly [before: number, after: number];

/** One number for all four sides, [vertical, horizontal], or [[top, bottom], [left, right]], as in Keras. */
export type Margins2d = number | readonly [number, number] | readonly [Margin, Margin];

/**
 * x with `value` around it: margins[i] = [before, after] entries are added along axis i.
 * @throws ArgumentError unless there is one pair of whole numbers >= 0 per axis
 */
export function pad<D extends DType>(x: Tensor<D>, margins: readonly Margin[], value = 0): Tensor<D> {
  return padAs("pad", x, margins, value);
}

/** Zeros around images [n, h, w, c]; one pixel on each side unless told otherwise. */
export function zeroPadding2d<D extends DType>(x: Tensor<D>, padding: Margins2d = 1): Tensor<D> {
  const [vertical, horizontal] = resolveMargins("zeroPadding2d", x, padding);
  return padAs("zeroPadding2d", x, [[0, 0], vertical, horizontal, [0, 0]], 0);
}

/**
 * Images [n, h, w, c] without their margins.
 * @throws ShapeError if nothing would be left
 */
export function cropping2d<D extends DType>(x: Tensor<D>, cropping: Margins2d): Tensor<D> {
  const [[top, bottom], [left, right]] = resolveMargins("cropping2d", x, cropping);
  const [batch, height, width, channels] = x.shape as readonly [number, number, number, number];
  if (top + bottom >= height || left + right >= width) {
    const margins = `${top}+${bottom} rows and ${left}+${right} columns`;
    throw new ShapeError(
      `cropping2d: nothing is left of the image ${formatShape(x.shape)} without ${margins}.`,
    );
  }
  return slice(x, [0, top, left, 0], [batch, height - top - bottom, width - left - right, channels]);
}

function padAs<D extends DType>(
  op: string,
  x: Tensor<D>,
  margins: readonly Margin[],
  value: number,
): Tensor<D> {
  requireUnpacked(op, x);
  if (!Array.isArray(margins) || margins.length !== x.shape.length || !margins.every(isMargin)) {
    throw new ArgumentError(
      `${op}: needs [before, after], whole numbers >= 0, for each axis of ${formatShape(x.shape)}, got ` +
        `${written(margins)}.`,
    );
  }
  if (typeof value !== "number")
    throw new ArgumentError(`${op}: value must be a number, got ${written(value)}.`);
  const axes = x.shape.map((size, axis) => {
    const [before, after] = margins[axis]!;
    return { out: before + size + after, size, begin: before, step: 1 };
  });
  const shape = axes.map(({ out }) => out);
  checkFill(op, x, value);
  const y = place(op, x, { shape, dtype: x.dtype }, axes, value) as Tensor<D>;
  return differentiable(y, {
    inputs: [x],
    backward: (dy, want) => {
      const dx = want(0);
      const strides = stridesOf(shape);
      const offset = margins.reduce((sum, [before], axis) => sum + before * strides[axis]!, 0);
      const inside = x.shape.map((size, axis) => ({ size, stride: strides[axis]! }));
      return [dx && readStrided(op, dy, dx, inside, offset)];
    },
  });
}

/** Integers must be there to be found again. The kernel writes bits of 32, which says 0 in f16 too, and nothing else. */
function checkFill(op: string, x: Tensor, value: number): void {
  if (x.dtype === "f16") {
    if (value === 0) return;
    throw new ArgumentError(`${op}: f16 is padded with 0 only, got ${value}: cast() to f32 first.`);
  }
  const [low, high] = x.dtype === "i32" ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1];
  if (x.dtype === "f32" || (Number.isInteger(value) && value >= low && value <= high)) return;
  throw new ArgumentError(`${op}: value must be one of ${x.dtype}, got ${value}.`);
}

function isMargin(value: unknown): value is Margin {
  return Array.isArray(value) && value.length === 2 && value.every((n) => Number.isInteger(n) && n >= 0);
}

function resolveMargins(op: string, x: Tensor, margins: Margins2d): readonly [Margin, Margin] {
  requireUnpacked(op, x);
  if (x.shape.length !== 4) {
    throw new ShapeError(`${op}: expects an image [n,h,w,c], got ${formatShape(x.shape)}.`);
  }
  return bothMargins(op, margins);
}

/** [[top, bottom], [left, right]], whichever form was given. Throws ArgumentError unless they are whole numbers >= 0. */
export function bothMargins(op: string, margins: Margins2d): readonly [Margin, Margin] {
  const sides: unknown = typeof margins === "number" ? [margins, margins] : margins;
  const both = Array.isArray(sides)
    ? sides.map((side) => (typeof side === "number" ? [side, side] : side))
    : [];
  if (both.length !== 2 || !both.every(isMargin)) {
    const forms = "a whole number >= 0, two, or [[top, bottom], [left, right]]";
    throw new ArgumentError(`${op}: margins must be ${forms}, got ${written(margins)}.`);
  }
  return both as unknown as readonly [Margin, Margin];
}

/** @file Shapes: sizes along each axis, outermost first. */
import { formatShape, ShapeError } from "./errors.ts";
import { written } from "./options.ts";

/** Sizes along each axis, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** Number of elements: the product of all sizes. */
export function sizeOf(shape: Shape): number {
  requireShape("sizeOf", shape);
  return shape.reduce((product, size) => product * size, 1);
}

/** Whether both have the same axes of the same sizes. */
export function sameShape(a: Shape, b: Shape): boolean {
  for (const shape of [a, b]) requireShape("sameShape", shape);
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** Throws unless every size is a positive integer and the element count can be indexed by u32. */
export function checkShape(shape: Shape, what: string): void {
  requireShape(what, shape);
  for (const size of shape) {
    if (!Number.isInteger(size) || size < 1) {
      throw new ShapeError(`${what}: sizes must be positive integers, got ${formatShape(shape)}.`);
    }
  }
  if (sizeOf(shape) >= 2 ** 32) {
    throw new ShapeError(`${what}: ${formatShape(shape)} has ${sizeOf(shape)} elements, 2^32 or more.`);
  }
}

function requireShape(what: string, shape: unknown): void {
  if (!Array.isArray(shape))
    throw new ShapeError(`${what}: a shape is a list of sizes, got ${written(shape)}.`);
}

/** @file The plain arrays that float64 references compute with. */
import type { Shape } from "../engine/shape.ts";
import { sizeOf } from "../engine/shape.ts";

/** An n-dimensional array in main memory, row-major. */
export interface Array64 {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** An array of zeros, or of the given values. */
export function array64(shape: Shape, values?: ArrayLike<number>): Array64 {
  return { shape, data: values ? Float64Array.from(values) : new Float64Array(sizeOf(shape)) };
}

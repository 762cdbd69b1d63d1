/** @file Data sets as rows of numbers in main memory, and their way to the GPU block by block. */
import type { Engine } from "../engine/device.ts";
import { formatShape, ShapeError } from "../engine/errors.ts";
import { type Shape, sizeOf } from "../engine/shape.ts";
import type { Tensor } from "../engine/tensor.ts";

/** One sample per row, row-major; axes after the first count as one: images [n, h, w, c] are n rows of h * w * c. */
export interface HostRows {
  readonly values: Uint8Array | Float32Array;
  readonly shape: Shape;
  /** every value is multiplied by this: 1/255 for bytes and 1 for floats unless given */
  readonly scale?: number;
}

/** Brings values to a common origin and size: (value - shift) / divisor. Shorter arrays repeat: one value per channel. */
export interface Standardization {
  readonly shift?: ArrayLike<number>;
  readonly divisor?: ArrayLike<number>;
}

/** What a block looks like on the GPU: zeros fill what the rows leave open. */
export interface BlockSize {
  readonly rows: number;
  readonly width: number;
}

/** Number of rows and their width. Throws ShapeError unless the values fill the shape, with at least one row. */
export function rowsAndWidth(op: string, { values, shape }: HostRows): [rows: number, width: number] {
  const width = sizeOf(shape.slice(1));
  const rows = shape[0] ?? 0;
  if (shape.length < 2 || rows < 1 || width < 1 || values.length !== rows * width) {
    throw new ShapeError(
      `${op}: ${values.length} values are no rows of shape ${formatShape(shape)} (n,width).`,
    );
  }
  return [rows, width];
}

export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

/** Rows from `first` on as a tensor [block.rows, block.width]. */
export function uploadRows(
  engine: Engine,
  rows: HostRows,
  first: number,
  block: BlockSize,
  standardization: Standardization = {},
): Tensor {
  const count = Math.min(block.rows, rows.shape[0]! - first);
  const width = sizeOf(rows.shape.slice(1));
  const padded = new Float32Array(block.rows * block.width);
  const row = new Float64Array(width);
  for (let i = 0; i < count; i++) {
    readRow(rows, first + i, row, standardization);
    padded.set(row, i * block.width);
  }
  return engine.tensor(padded, [block.rows, block.width]);
}

/** Row `index` in float64, scaled and standardized, into `row`. */
export function readRow(
  { values, shape, scale = values instanceof Uint8Array ? 1 / 255 : 1 }: HostRows,
  index: number,
  row: Float64Array,
  { shift, divisor }: Standardization = {},
): void {
  const start = index * sizeOf(shape.slice(1));
  for (let j = 0; j < row.length; j++) row[j] = scale * values[start + j]!;
  if (shift) for (let j = 0; j < row.length; j++) row[j]! -= shift[j % shift.length]!;
  if (divisor) for (let j = 0; j < row.length; j++) row[j]! /= divisor[j % divisor.length]!;
}

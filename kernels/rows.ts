/** @file Data sets as rows of numbers in main memory, and their way to the GPU block by block. */
import type { Engine } from "../engine/device.ts";
import { ArgumentError, formatShape, NumericError, ShapeError } from "../engine/errors.ts";
import { checkValues, type HostValues, indexOfNotFinite, placeOf } from "../engine/host-values.ts";
import { checkOption, written } from "../engine/options.ts";
import { type Shape, sizeOf } from "../engine/shape.ts";
import type { Tensor } from "../engine/tensor.ts";

/** One sample per row, row-major; axes after the first count as one: images [n, h, w, c] are n rows of h * w * c. */
export interface HostRows {
  readonly values: HostValues;
  readonly shape: Shape;
  /** every value is multiplied by this. Default 1; 1 / 255 for bytes of images */
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
export function rowsAndWidth(op: string, rows: HostRows): [rows: number, width: number] {
  checkRecord(op, rows);
  const { values, shape } = rows;
  const width = sizeOf(shape.slice(1));
  const count = shape[0] ?? 0;
  if (shape.length < 2 || count < 1 || width < 1 || values.length !== count * width) {
    throw new ShapeError(
      `${op}: ${values.length} values are no rows of shape ${formatShape(shape)} (n,width).`,
    );
  }
  return [count, width];
}

function checkRecord(op: string, rows: HostRows): void {
  if (typeof rows !== "object" || rows === null)
    throw new ArgumentError(`${op}: rows must be { values, shape }, got ${written(rows)}.`);
  const { values, shape, scale = 1 } = rows;
  checkValues(op, values);
  if (!Array.isArray(shape) || !shape.every((size) => Number.isInteger(size) && size >= 0))
    throw new ShapeError(`${op}: a shape is a list of sizes, got ${written(shape)}.`);
  checkOption(op, "scale", scale, () => true, "a finite number");
}

/** Throws ArgumentError for a shift or divisor that fits no rows of `width` values, or makes them NaN or infinite. */
export function checkStandardization(op: string, width: number, { shift, divisor }: Standardization): void {
  for (const [name, values] of Object.entries({ shift, divisor })) {
    if (values === undefined) continue;
    checkValues(`${op}: ${name}`, values);
    if (values.length === 0 || width % values.length !== 0)
      throw new ArgumentError(`${op}: ${name} has ${values.length} values, rows have ${width}.`);
    for (let i = 0; i < values.length; i++)
      checkOption(
        op,
        `${name}[${i}]`,
        values[i]!,
        () => name === "shift" || values[i] !== 0,
        "a number that is not 0",
      );
  }
}

/** Throws NumericError for a value that is NaN or infinite, with its row and its place in it. */
export function checkFiniteRows(op: string, { values, shape }: HostRows): void {
  const at = values instanceof Uint8Array ? -1 : indexOfNotFinite(values);
  if (at === -1) return;
  const [row, ...place] = placeOf(at, shape);
  throw new NumericError(`${op}: row ${row} has ${values[at]} at [${place}]. rows ${formatShape(shape)}.`);
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
  rows: HostRows,
  index: number,
  row: Float64Array,
  { shift, divisor }: Standardization = {},
): void {
  const { values, shape, scale = 1 } = rows;
  const start = index * sizeOf(shape.slice(1));
  for (let j = 0; j < row.length; j++) row[j] = scale * values[start + j]!;
  if (shift) for (let j = 0; j < row.length; j++) row[j]! -= shift[j % shift.length]!;
  if (divisor) for (let j = 0; j < row.length; j++) row[j]! /= divisor[j % divisor.length]!;
}

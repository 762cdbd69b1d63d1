/** @file The scatter matrix of a data set in float64: covariances before they are divided by n - 1. */
import type { Engine } from "../../engine/device.ts";
import { type HostRows, readRow, rowsAndWidth } from "../rows.ts";
import { secondMoments } from "./moments.ts";

/**
 * Rows multiplied at a time. 256 products of two bytes add up to less than 2^24, below which float32 holds every whole number:
 * the GPU's sums are exact, whatever their order.
 */
const exactRows = 256;

/** Rows of float64 that stay in the processor's cache while all pairs of columns are summed over them. */
const cachedRows = 64;

/** (X - mean)^T (X - mean) of rows X [n, width], exact up to float64's rounding: bytes on the GPU, floats on the CPU. */
export async function scatterMatrix(
  engine: Engine,
  rows: HostRows,
  mean: Float64Array,
): Promise<Float64Array> {
  const { values } = rows;
  const isBytes = values instanceof Uint8Array || values instanceof Uint8ClampedArray;
  return isBytes ? scatterOfBytes(engine, rows, mean) : scatterOfFloats(rows, mean);
}

/** scale^2 X^T X - n mean mean^T, with X the bytes as they are. */
async function scatterOfBytes(engine: Engine, rows: HostRows, mean: Float64Array): Promise<Float64Array> {
  const [count, width] = rowsAndWidth("PCA", rows);
  const square = (rows.scale ?? 1) ** 2;
  const products = await secondMoments(engine, { ...rows, scale: 1 }, {}, exactRows); // whole numbers
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < width; j++)
      products[i * width + j] = square * products[i * width + j]! - count * mean[i]! * mean[j]!;
  }
  return products;
}

/** Takes about a second for each 10^9 products, n width^2 / 2 of them. */
function scatterOfFloats(rows: HostRows, mean: Float64Array): Float64Array {
  const [count, width] = rowsAndWidth("PCA", rows);
  const total = new Float64Array(width * width);
  const columns = Array.from({ length: width }, () => new Float64Array(cachedRows));
  const row = new Float64Array(width);
  for (let first = 0; first < count; first += cachedRows) {
    const held = Math.min(cachedRows, count - first);
    for (let i = 0; i < held; i++) {
      readRow(rows, first + i, row, { shift: mean });
      for (let j = 0; j < width; j++) columns[j]![i] = row[j]!;
    }
    for (let i = 0; i < width; i++) {
      for (let j = 0; j <= i; j++) total[i * width + j]! += dot(columns[i]!, columns[j]!, held);
    }
  }
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < i; j++) total[j * width + i] = total[i * width + j]!;
  }
  return total;
}

function dot(a: Float64Array, b: Float64Array, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += a[i]! * b[i]!;
  return sum;
}

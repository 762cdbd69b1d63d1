/** @file The whitening matrix of fewer rows than columns, by way of the rows' inner products. */
import { type HostRows, readRow, rowsAndWidth, type Standardization } from "../rows.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";

/**
 * (X^T X / n + epsilon I)^-1/2 of n standardized rows X [n, width] in float64. With the eigenvalues s and -vectors V (as
 * rows) of X X^T / n, and Y = V X / sqrt(n), it is
 *
 *   epsilon^-1/2 I - sum over i of y_i y_i^T / (r_i e (r_i + e)),   r_i = sqrt(s_i + epsilon), e = sqrt(epsilon)
 *
 * which needs no division by an s_i of 0.
 */
export function inverseRootOfFew(
  rows: HostRows,
  standardization: Standardization,
  epsilon: number,
): Float64Array {
  const [count, width] = rowsAndWidth("ZCA", rows);
  const x = new Float64Array(count * width);
  for (let i = 0; i < count; i++) {
    const row = x.subarray(i * width, (i + 1) * width);
    readRow(rows, i, row, standardization);
    for (let j = 0; j < width; j++) row[j]! /= Math.sqrt(count);
  }
  const { values, vectors } = symmetricEigen(innerProducts(x, count, width), count);
  const e = Math.sqrt(epsilon);
  const result = new Float64Array(width * width);
  const y = new Float64Array(width);
  for (let i = 0; i < count; i++) {
    combine(vectors.subarray(i * count, (i + 1) * count), x, y);
    const r = Math.sqrt(Math.max(values[i]!, 0) + epsilon);
    subtractSquare(result, y, 1 / (r * e * (r + e)));
  }
  for (let row = 0; row < width; row++) {
    result[row * width + row]! += 1 / e;
    for (let column = 0; column < row; column++) result[column * width + row] = result[row * width + column]!;
  }
  return result;
}

/** X X^T [count, count] */
function innerProducts(x: Float64Array, count: number, width: number): Float64Array {
  const products = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    const a = x.subarray(i * width, (i + 1) * width);
    for (let j = 0; j <= i; j++) {
      const b = x.subarray(j * width, (j + 1) * width);
      let sum = 0;
      for (let k = 0; k < width; k++) sum += a[k]! * b[k]!;
      products[i * count + j] = sum;
      products[j * count + i] = sum;
    }
  }
  return products;
}

/** y = weights X */
function combine(weights: Float64Array, x: Float64Array, y: Float64Array): void {
  y.fill(0);
  for (const [row, weight] of weights.entries()) {
    const start = row * y.length;
    for (let k = 0; k < y.length; k++) y[k]! += weight * x[start + k]!;
  }
}

/** matrix -= factor y y^T, the part below the diagonal and on it */
function subtractSquare(matrix: Float64Array, y: Float64Array, factor: number): void {
  for (let row = 0; row < y.length; row++) {
    const value = factor * y[row]!;
    const start = row * y.length;
    for (let column = 0; column <= row; column++) matrix[start + column]! -= value * y[column]!;
  }
}

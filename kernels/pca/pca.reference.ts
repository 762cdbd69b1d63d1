/** @file Principal components and whitening in float64, as plain loops, by Jacobi's method: not what the library does. */
import { type Array64, array64 } from "../reference.ts";

/** X^T X / divisor of the rows less `shift`, [width, width]. */
export function momentsReference(rows: Array64, shift: ArrayLike<number>, divisor: number): Array64 {
  const [count, width] = rows.shape as [number, number];
  const result = array64([width, width]);
  const at = (row: number, column: number) => rows.data[row * width + column]! - shift[column]!;
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < width; j++) {
      let sum = 0;
      for (let row = 0; row < count; row++) sum += at(row, i) * at(row, j);
      result.data[i * width + j] = sum / divisor;
    }
  }
  return result;
}

export function meanReference(rows: Array64): Float64Array {
  const [count, width] = rows.shape as [number, number];
  const mean = new Float64Array(width);
  for (const [i, value] of rows.data.entries()) mean[i % width]! += value / count;
  return mean;
}

/**
 * Eigenvalues, largest first, and their vectors as rows. Each rotation in the plane of two axes makes one entry off the
 * diagonal zero; after some rounds over all of them nothing is left there.
 */
export function eigenReference(matrix: Array64): { values: number[]; vectors: number[][] } {
  const n = matrix.shape[0]!;
  const a = Array.from({ length: n }, (_, i) => Array.from(matrix.data.slice(i * n, (i + 1) * n)));
  const v = a.map((row, i) => row.map((_, j) => (i === j ? 1 : 0)));
  for (let round = 0; round < 60; round++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) rotate(a, v, p, q);
    }
  }
  const order = a.map((_, i) => i).sort((i, j) => a[j]![j]! - a[i]![i]!);
  return { values: order.map((i) => a[i]![i]!), vectors: order.map((i) => v[i]!) };
}

/** Turns rows and columns p and q of `a`, and rows p and q of `v`, so that a[p][q] becomes 0. */
function rotate(a: number[][], v: number[][], p: number, q: number): void {
  if (Math.abs(a[p]![q]!) < 1e-300) return;
  const angle = 0.5 * Math.atan2(2 * a[p]![q]!, a[p]![p]! - a[q]![q]!);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  for (const matrix of [a, v]) {
    for (let k = 0; k < a.length; k++) {
      const [x, y] = [matrix[p]![k]!, matrix[q]![k]!];
      matrix[p]![k] = c * x + s * y;
      matrix[q]![k] = c * y - s * x;
    }
  }
  for (const row of a) {
    const [x, y] = [row[p]!, row[q]!];
    row[p] = c * x + s * y;
    row[q] = c * y - s * x;
  }
}

/** (A + epsilon I)^-1/2. */
export function inverseRootReference(matrix: Array64, epsilon: number): Array64 {
  const n = matrix.shape[0]!;
  const { values, vectors } = eigenReference(matrix);
  const result = array64([n, n]);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++) {
        result.data[i * n + j]! += (vectors[k]![i]! * vectors[k]![j]!) / Math.sqrt(values[k]! + epsilon);
      }
    }
  }
  return result;
}

/** @file Orthonormal rows or columns from any matrix of full rank, by the Gram-Schmidt process in float64. */

/**
 * Makes the rows of `values` [rows, columns] orthonormal, or its columns if there are fewer of them.
 * Every vector is orthogonalised twice, which is enough for full precision (Kahan's "twice is enough").
 */
export function orthonormalRows(values: ArrayLike<number>, rows: number, columns: number): Float32Array {
  const wide = rows <= columns;
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const at = (vector: number, i: number) => (wide ? vector * columns + i : i * columns + vector);
  const vectors: Float64Array[] = [];
  for (let v = 0; v < count; v++) {
    const vector = Float64Array.from({ length }, (_, i) => values[at(v, i)]!);
    for (let pass = 0; pass < 2; pass++) {
      for (const other of vectors) subtract(vector, other, dot(vector, other));
    }
    const norm = Math.sqrt(dot(vector, vector));
    vectors.push(vector.map((x) => x / norm));
  }
  const result = new Float32Array(rows * columns);
  for (const [v, vector] of vectors.entries()) {
    for (let i = 0; i < length; i++) result[at(v, i)] = vector[i]!;
  }
  return result;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** a -= factor * b */
function subtract(a: Float64Array, b: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i]! -= factor * b[i]!;
}

/** @file Eigen-decomposition of a symmetric matrix in float64 on the CPU; ml-matrix does the work. */

import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { NumericError } from "../../engine/errors.ts";

export interface SymmetricEigen {
  /** largest first */
  readonly values: Float64Array;
  /** [size, size]: row i is the unit eigenvector of values[i] */
  readonly vectors: Float64Array;
}

/**
 * A = sum over i of values[i] v_i v_i^T, by Householder tridiagonalisation and QL. Takes about 3 s for 784 rows and grows with
 * the cube: minutes for 3,072.
 * @param matrix [size, size], symmetric
 * @throws NumericError if an entry is not finite
 */
export function symmetricEigen(matrix: Float64Array, size: number): SymmetricEigen {
  const at = matrix.findIndex((value) => !Number.isFinite(value));
  if (at !== -1) {
    const place = `[${Math.floor(at / size)},${at % size}]`;
    throw new NumericError(
      `PCA, ZCA: products of the values overflow: the covariance has ${matrix[at]} at ${place}. Scale the values down.`,
    );
  }
  const decomposition = new EigenvalueDecomposition(Matrix.from1DArray(size, size, matrix), {
    assumeSymmetric: true,
  });
  const { realEigenvalues, eigenvectorMatrix } = decomposition; // ascending; a vector is a column
  const values = Float64Array.from(realEigenvalues).reverse();
  const vectors = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      vectors[(size - 1 - column) * size + row] = eigenvectorMatrix.get(row, column);
    }
  }
  return { values, vectors };
}

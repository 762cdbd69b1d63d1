/** @file A matrix product as numbers: what the chooser sees and the shaders get as constants. */
/** The sizes of a product y[m, n] = sum over k of A[m, k] B[k, n]. */
export interface MatmulProblem {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** A is stored [k, m] */
  readonly transposeA: boolean;
  /** B is stored [n, k] */
  readonly transposeB: boolean;
  /** number of products */
  readonly batch: number;
  /** elements from one matrix to the next, 0 if all products share it */
  readonly batchStrideA: number;
  readonly batchStrideB: number;
  /** A or B is f16, so that the other may be rounded to it */
  readonly half?: boolean;
}

/** @file ZCA whitening: a rotation back and forth that leaves all features uncorrelated and of variance 1. */
import { requireTensors } from "../../engine/arguments.ts";
import type { Engine } from "../../engine/device.ts";
import { formatShape, ShapeError } from "../../engine/errors.ts";
import { checkOption, checkOptionNames } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { matmul } from "../dense/matmul.ts";
import {
  checkFiniteRows,
  checkStandardization,
  type HostRows,
  rowsAndWidth,
  type Standardization,
} from "../rows.ts";
import { reshape } from "../shape/reshape.ts";
import { secondMoments } from "./moments.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";
import { inverseRootOfFew } from "./zca-few-rows.ts";

export interface ZcaOptions extends Standardization {
  /** added to the eigenvalues; Keras's 1e-6 unless given */
  readonly epsilon?: number;
}

/**
 * W = (X^T X / n + epsilon I)^-1/2 of the standardized rows X, as Keras's ImageDataGenerator fits it: products on the
 * GPU, eigen-decomposition and roots in float64. For images of 32 x 32 x 3 it takes minutes. With fewer rows than columns the
 * smaller problem of X X^T is solved instead: the same matrix.
 * @returns [width, width]
 * @throws NumericError if a value is NaN or infinite
 */
export async function zcaMatrix(
  engine: Engine,
  rows: HostRows,
  options: ZcaOptions = {},
): Promise<Float64Array> {
  checkOptionNames("ZCA", options, { epsilon: true, shift: true, divisor: true });
  const { epsilon = 1e-6, ...standardization } = options;
  checkOption("ZCA", "epsilon", epsilon, () => epsilon > 0, "above 0");
  const [count, width] = rowsAndWidth("ZCA", rows);
  checkFiniteRows("ZCA", rows);
  checkStandardization("ZCA", width, standardization);
  if (count < width) return inverseRootOfFew(rows, standardization, epsilon);
  const moments = await secondMoments(engine, rows, standardization);
  return inverseRoot(
    moments.map((value) => value / count),
    width,
    epsilon,
  );
}

/** (A + epsilon I)^-1/2 of a symmetric matrix without negative eigenvalues, in float64. */
function inverseRoot(matrix: Float64Array, size: number, epsilon: number): Float64Array {
  const { values, vectors } = symmetricEigen(matrix, size);
  // fourth roots on both sides: W = B^T B with B = (values + epsilon)^-1/4 vectors
  const scaled = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const factor = (Math.max(values[i]!, 0) + epsilon) ** -0.25; // rounding makes a zero a small negative number
    for (let j = 0; j < size; j++) scaled[i * size + j] = factor * vectors[i * size + j]!;
  }
  const result = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const vector = scaled.subarray(i * size, (i + 1) * size);
    for (let row = 0; row < size; row++) {
      const value = vector[row]!;
      const start = row * size;
      for (let column = 0; column <= row; column++) result[start + column]! += value * vector[column]!;
    }
  }
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < row; column++) {
      result[column * size + row] = result[row * size + column]!;
    }
  }
  return result;
}

/** Each sample of x [n, ...], standardized like the rows that W was made from, times W [width, width]. */
export function whiten(x: Tensor, matrix: Tensor): Tensor {
  requireTensors("whiten", { x, matrix });
  const width = matrix.shape[0]!;
  const samples = x.shape[0] ?? 0;
  if (matrix.shape.length !== 2 || matrix.shape[1] !== width || x.size !== samples * width) {
    throw new ShapeError(
      `whiten: a sample must have as many values as the matrix rows. x ${formatShape(x.shape)}, matrix ${formatShape(matrix.shape)}.`,
    );
  }
  return x.engine.scope(() => reshape(matmul(reshape(x, [samples, width]), matrix), x.shape));
}

/** @file Means and second moments of the features of a data set. */
import type { Engine } from "../../engine/device.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { matrixProduct } from "../dense/product.ts";
import { type HostRows, readRow, roundUp, rowsAndWidth, type Standardization, uploadRows } from "../rows.ts";

/** Rows multiplied at a time: a float32 sum so short rounds little, the long one over blocks is in float64. */
const blockRows = 512;

/** Mean of each feature, in float64. */
export function featureMeans(rows: HostRows): Float64Array {
  const [count, width] = rowsAndWidth("mean", rows);
  const sums = new Float64Array(width);
  const row = new Float64Array(width);
  for (let i = 0; i < count; i++) {
    readRow(rows, i, row);
    for (let j = 0; j < width; j++) sums[j]! += row[j]!;
  }
  return sums.map((sum) => sum / count);
}

/**
 * X^T X [width, width] of the standardized rows X [n, width]: the products on the GPU, `rowsAtOnce` together, added up in
 * float64. Divided by n or n - 1 it is the covariance matrix, if the shift is the mean.
 */
export async function secondMoments(
  engine: Engine,
  rows: HostRows,
  standardization: Standardization,
  rowsAtOnce = blockRows,
): Promise<Float64Array> {
  const [count, width] = rowsAndWidth("second moments", rows);
  const block = { rows: Math.min(rowsAtOnce, roundUp(count, 4)), width: roundUp(width, 4) };
  const total = new Float64Array(width * width);
  for (let first = 0; first < count; first += block.rows) {
    const product = engine.scope((): Tensor => {
      const x = uploadRows(engine, rows, first, block, standardization);
      return engine.keep(matrixProduct({ a: x, b: x, transposeA: true }));
    });
    const values = await product.data();
    product.dispose();
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < width; j++) total[i * width + j]! += values[i * block.width + j]!;
    }
  }
  return total;
}

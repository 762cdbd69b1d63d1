/** @file How near the points of a data set are to each other: t-SNE's symmetric probabilities. */
import type { Engine } from "../../engine/device.ts";
import { ArgumentError, formatBytes, MemoryError } from "../../engine/errors.ts";
import { kernel, run } from "../../engine/kernel.ts";
import { written } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { matrixProduct } from "../dense/product.ts";
import { square } from "../elementwise/unary-table.ts";
import { featureMeans } from "../pca/moments.ts";
import { sum } from "../reduce/reduce.ts";
import { checkFiniteRows, type HostRows, roundUp, rowsAndWidth, uploadRows } from "../rows.ts";

const squaredDistances = kernel("tsne/squared-distances", {
  reads: ["products", "norms"],
  writes: ["d"],
  flops: { d: 4 },
});
const bandwidths = kernel("tsne/bandwidths", {
  reads: ["d"],
  writes: ["beta", "nearest", "total"],
  flops: { d: 7 },
});
const joint = kernel("tsne/joint-probabilities", {
  reads: ["beta", "nearest", "total"],
  updates: ["p"],
  flops: { p: 10 },
});

/** Probabilities of pairs of `count` points, padded to a multiple of 4. */
export interface Affinities {
  readonly count: number;
  /** [points, points], symmetric, sums to 1; 0 on the diagonal and in the padding */
  readonly p: Tensor;
}

/**
 * p[i, j] = (p(j | i) + p(i | j)) / 2n, with Gaussians whose width gives each point `perplexity` neighbours.
 * @throws ArgumentError if the perplexity is not at least 1 and below the number of points
 * @throws NumericError if a value is NaN or infinite
 * @throws MemoryError if the adapter cannot bind a matrix of all pairs
 */
export function affinities(engine: Engine, rows: HostRows, perplexity: number): Affinities {
  const [count, width] = rowsAndWidth("t-SNE", rows);
  if (typeof perplexity !== "number" || !(perplexity >= 1 && perplexity < count)) {
    throw new ArgumentError(
      `t-SNE: perplexity must be at least 1 and below the number of points, ${count}; got ${written(perplexity)}.`,
    );
  }
  checkFiniteRows("t-SNE", rows);
  const points = roundUp(count, 4);
  checkMemory(engine, points);
  const p = engine.scope(() => {
    const size = { rows: points, width: roundUp(width, 4) };
    const x = uploadRows(engine, rows, 0, size, { shift: featureMeans(rows) }); // short vectors: little cancels
    const distances = allDistances(x);
    const options = { constants: { COUNT: count, POINTS: points }, invocations: points / 4 };
    const outputs = { beta: [points], nearest: [points], total: [points] };
    const entropy = { ...options, constants: { ...options.constants, ENTROPY: Math.log(perplexity) } };
    const found = run(bandwidths, { d: distances }, outputs, entropy);
    run(joint, { ...found, p: distances }, {}, { ...options, invocations: (points * points) / 4 });
    return distances;
  });
  return { count, p };
}

/** [points, points] squared distances of the rows of x. */
function allDistances(x: Tensor): Tensor {
  const points = x.shape[0]!;
  return x.engine.scope(() => {
    const inputs = {
      products: matrixProduct({ a: x, b: x, transposeB: true }),
      norms: sum(square(x), { axes: 1 }),
    };
    const options = { constants: { POINTS: points }, invocations: (points * points) / 4 };
    return run(squaredDistances, inputs, { d: [points, points] }, options).d;
  });
}

function checkMemory(engine: Engine, points: number): void {
  const { maxStorageBufferBindingSize, maxBufferSize } = engine.limits;
  const limit = Math.min(maxStorageBufferBindingSize, maxBufferSize);
  if (points * points * 4 <= limit) return;
  throw new MemoryError(
    `t-SNE: the matrix of all pairs of ${points} points takes ${formatBytes(points * points * 4)}; this adapter binds ` +
      `at most ${formatBytes(limit)}: ${Math.floor(Math.sqrt(limit / 4))} points.`,
  );
}

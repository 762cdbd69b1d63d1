/** @file Exact nearest neighbours in float64, as plain loops. */
import type { Array64 } from "../reference.ts";

export interface NeighborsReference {
  /** per query: Euclidean, ascending */
  readonly distances: number[][];
  readonly indices: number[][];
}

/** The k references nearest to each query; of equal distances the smaller index first. Both are [n, width]. */
export function nearestReference(references: Array64, queries: Array64, k: number): NeighborsReference {
  const [count, width] = references.shape as [number, number];
  const nearest = Array.from({ length: queries.shape[0]! }, (_, q) => {
    const all = Array.from({ length: count }, (_, index) => {
      let square = 0;
      for (let j = 0; j < width; j++) {
        square += (queries.data[q * width + j]! - references.data[index * width + j]!) ** 2;
      }
      return { distance: Math.sqrt(square), index };
    });
    return all.sort((a, b) => a.distance - b.distance || a.index - b.index).slice(0, k);
  });
  return {
    distances: nearest.map((list) => list.map(({ distance }) => distance)),
    indices: nearest.map((list) => list.map(({ index }) => index)),
  };
}

/** The most frequent label; of equally frequent ones the smallest. */
export function voteReference(labels: readonly number[]): number {
  const count = (label: number) => labels.filter((other) => other === label).length;
  return [...labels].sort((a, b) => count(b) - count(a) || a - b)[0]!;
}

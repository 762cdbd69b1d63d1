/** @file The metrics, one sample at a time, on plain arrays. */

/** Index of the (first) largest value; -1, which is no class, if there is a NaN. */
export function largestIndex(values: ArrayLike<number>): number {
  if (Array.from(values).some(Number.isNaN)) return -1;
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** 1 if fewer than k classes have a larger score than the true one, and none is NaN. */
export function topKReference(scores: ArrayLike<number>, label: number, k: number): number {
  if (Array.from(scores).some(Number.isNaN)) return 0;
  let better = 0;
  for (let c = 0; c < scores.length; c++) if (scores[c]! > scores[label]!) better++;
  return better < k ? 1 : 0;
}

/** To the nearest integer, halves to the even one. */
function roundHalfToEven(x: number): number {
  const down = Math.floor(x);
  if (x - down !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}

/** What is averaged over the elements of a sample, by the metric's name. */
export const elementReferences = {
  squaredError: (p: number, t: number) => (p - t) ** 2,
  absoluteError: (p: number, t: number) => Math.abs(p - t),
  binaryAccuracy: (p: number, t: number) => (roundHalfToEven(p) === t ? 1 : 0),
  roundedAccuracy: (p: number, t: number) => (roundHalfToEven(p) === roundHalfToEven(t) ? 1 : 0),
} as const;

/** Mean over the elements of each of `samples` samples. */
export function elementMeansReference(
  name: keyof typeof elementReferences,
  predictions: ArrayLike<number>,
  targets: ArrayLike<number>,
  samples: number,
): Float64Array {
  const size = predictions.length / samples;
  return Float64Array.from({ length: samples }, (_, i) => {
    let sum = 0;
    for (let e = i * size; e < (i + 1) * size; e++)
      sum += elementReferences[name](predictions[e]!, targets[e]!);
    return sum / size;
  });
}

/**
 * What threshold-counts.wgsl counts of rows of pairs (prediction, target): bins of false targets, of true ones, NaN. With
 * `weights`, one for each row, what they weigh: threshold-weights.wgsl.
 */
export function thresholdCountsReference(
  rows: readonly (readonly (readonly [number, number])[])[],
  thresholds: { readonly edges: readonly number[] } | { readonly bins: number },
  classId?: number,
  weights?: readonly number[],
): number[] {
  const bins = "bins" in thresholds ? thresholds.bins : thresholds.edges.length + 1;
  const binOf = (p: number) => {
    if ("edges" in thresholds) return thresholds.edges.filter((edge) => p > Math.fround(edge)).length;
    return Math.min(Math.max(Math.ceil(Math.fround(p * (bins - 1))) - 1, 0), bins - 1);
  };
  const counts = Array<number>(2 * bins + 1).fill(0);
  for (const [r, row] of rows.entries()) {
    const weight = weights?.[r] ?? 1;
    for (const [c, [p, t]] of row.entries()) {
      if (classId !== undefined && c !== classId) continue;
      if (Number.isNaN(p)) counts[2 * bins]! += weight === 0 ? 0 : 1;
      else counts[binOf(p) + (t === 0 ? 0 : bins)]! += weight;
    }
  }
  return counts;
}

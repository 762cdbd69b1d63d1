/** @file Comparing float32 results of the GPU with float64 references. */

export interface Tolerance {
  /** number of terms that each element sums: rounding errors grow with its root */
  readonly terms?: number;
  /** size of the terms; the largest expected value unless given */
  readonly scale?: number;
  /** rounding steps allowed for an element of one term */
  readonly ulps?: number;
}

/** An element that is not what it should be. */
export interface Difference {
  readonly element: number;
  readonly got: number;
  readonly expected: number;
  readonly allowed: number;
}

/** The worst element, if float32 arithmetic does not explain it; a NaN is worse than any number. Both have as many elements. */
export function worstDifference(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: Tolerance = {},
): Difference | undefined {
  const { terms = 1, scale = largest(expected), ulps = 16 } = tolerance;
  const allowed = 2 ** -23 * ulps * Math.sqrt(terms) * Math.max(scale, 1e-30);
  let worst = 0;
  let worstError = -1;
  for (let i = 0; i < expected.length; i++) {
    if (actual[i] === expected[i]) continue; // equal infinities
    const error = Math.abs(actual[i]! - expected[i]!);
    if (!Number.isNaN(worstError) && !(error <= worstError)) {
      worst = i;
      worstError = error;
    }
  }
  if (worstError <= allowed) return undefined;
  return { element: worst, got: actual[worst]!, expected: expected[worst]!, allowed };
}

function largest(values: ArrayLike<number>): number {
  let result = 0;
  for (let i = 0; i < values.length; i++)
    if (Number.isFinite(values[i])) result = Math.max(result, Math.abs(values[i]!));
  return result;
}

/** @file Comparing float32 results of the GPU with float64 references. */
import { expect } from "vitest";

export interface Tolerance {
  /** number of terms that each element sums: rounding errors grow with its root */
  readonly terms?: number;
  /** size of the terms; the largest expected value unless given */
  readonly scale?: number;
  /** rounding steps allowed for an element of one term */
  readonly ulps?: number;
}

/** Fails with the worst index and both values if they differ by more than float32 arithmetic explains. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: Tolerance = {},
  what = "result",
): void {
  expect(actual.length, `${what}: number of elements`).toBe(expected.length);
  const { terms = 1, scale = largest(expected), ulps = 16 } = tolerance;
  const allowed = 2 ** -23 * ulps * Math.sqrt(terms) * Math.max(scale, 1e-30);
  let worst = 0;
  let worstError = -1;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!);
    if (error > worstError || Number.isNaN(error) !== Number.isNaN(worstError)) {
      if (actual[i] === expected[i]) continue; // equal infinities
      worst = i;
      worstError = error;
    }
  }
  if (worstError <= allowed || worstError === -1) return;
  expect.fail(
    `${what}: element ${worst} is ${actual[worst]}, expected ${expected[worst]} within ${allowed}.`,
  );
}

function largest(values: ArrayLike<number>): number {
  let result = 0;
  for (let i = 0; i < values.length; i++)
    if (Number.isFinite(values[i])) result = Math.max(result, Math.abs(values[i]!));
  return result;
}

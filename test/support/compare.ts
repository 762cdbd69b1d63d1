/** @file Comparing float32 results of the GPU with float64 references. */
import { expect } from "vitest";
import { type Tolerance, worstDifference } from "../../lessons/properties/compare.ts";

export type { Tolerance } from "../../lessons/properties/compare.ts";

/** Fails with the worst index and both values if they differ by more than float32 arithmetic explains. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: Tolerance = {},
  what = "result",
): void {
  expect(actual.length, `${what}: number of elements`).toBe(expected.length);
  const worst = worstDifference(actual, expected, tolerance);
  if (worst)
    expect.fail(
      `${what}: element ${worst.element} is ${worst.got}, expected ${worst.expected} within ${worst.allowed}.`,
    );
}

/** @file Values from the edges of float32 for property tests, and what may come of them. */
import fc from "fast-check";
import { expect } from "vitest";
import type { Engine } from "../../engine/device.ts";
import { type Shape, sizeOf } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { type Array64, array64 } from "../../kernels/reference.ts";
import { runWithGradients } from "./gradient.ts";
import { randomArray } from "./random.ts";

const smallestNormal = 2 ** -126;
const smallest = 2 ** -149;
const largest = 2 ** 128 - 2 ** 104;

/** Without a finite value, or on either side of a special case. */
export const strange = [Number.NaN, Infinity, -Infinity, 0, -0, 1, -1] as const;
/** Numbers so small or so large that intermediate results leave float32. */
export const extreme = [smallest, -smallest, smallestNormal, -smallestNormal, largest, -largest, 1e30, -1e30];
/** The first integers that float32 cannot tell apart, and others that overflow an exponential. */
export const integers = [2 ** 24, 2 ** 24 + 2, -(2 ** 31), 2 ** 32, 100, -100];

/** An array of such values, mixed with multiples of 1/4 from -3 to 3. */
export function hostileArray(shape: Shape, values: readonly number[] = strange): fc.Arbitrary<Array64> {
  const ordinary = fc.integer({ min: -12, max: 12 }).map((n) => n / 4);
  const size = sizeOf(shape);
  return fc
    .array(fc.oneof(fc.constantFrom(...values), ordinary), { minLength: size, maxLength: size })
    .map((elements) => array64(shape, elements));
}

/** `x` with a few elements replaced by NaN and infinities. */
export function spoiled({ shape, data }: Array64, seed: number): Array64 {
  const values = Float64Array.from(data);
  const places = randomArray([3], seed, 0, values.length).data;
  for (const [i, place] of places.entries()) values[Math.floor(place)] = strange[i]!;
  return array64(shape, values);
}

/** Adapters may take subnormal numbers for 0 (WGSL, "Floating point evaluation"). */
function flushed({ shape, data }: Array64): Array64 {
  return array64(
    shape,
    data.map((value) => (Math.abs(value) < smallestNormal ? 0 * value : value)),
  );
}

/** Whether a float32 result is `expected` but for rounding, for what is flushed to 0 and for what rounds to infinity. */
function explains(actual: number, expected: number, tolerance: number): boolean {
  if (Number.isNaN(actual) || Number.isNaN(expected)) return Number.isNaN(actual) && Number.isNaN(expected);
  const size = Math.abs(expected);
  if (size > largest * (1 - 1e-4)) return actual * Math.sign(expected) > largest * 0.99;
  if (size < 2 * smallestNormal) return Math.abs(actual) <= 2 * smallestNormal + tolerance;
  return Math.abs(actual - expected) <= 1e-4 * size + tolerance;
}

/** Fails unless each value of `actual` is the one in some of the `expected`. */
export function expectExplained(
  actual: ArrayLike<number>,
  expected: readonly ArrayLike<number>[],
  what: string,
  tolerance = 0,
): void {
  expect(actual.length, `${what}: number of elements`).toBe(expected[0]!.length);
  for (let i = 0; i < actual.length; i++) {
    if (expected.some((values) => explains(actual[i]!, values[i]!, tolerance))) continue;
    expect.fail(`${what}: element ${i} is ${actual[i]}, expected ${expected.map((values) => values[i])}.`);
  }
}

/** Holds an op and its gradients against the reference, which sees the inputs as they are or without subnormal numbers. */
export async function expectSurvives(
  engine: Engine,
  op: (...inputs: Tensor[]) => Tensor,
  forward: (...inputs: Array64[]) => Array64,
  gradient: (dy: Array64, ...inputs: Array64[]) => readonly Array64[],
  given: readonly Array64[],
  what: string,
  tolerance = 0,
): Promise<void> {
  const inputs = given.map(({ shape, data }) => array64(shape, data.map(Math.fround)));
  const seen = [inputs, inputs.map(flushed)];
  const outputs = seen.map((values) => forward(...values));
  const dy = randomArray(outputs[0]!.shape, 77, 0.5, 2);
  const actual = await runWithGradients(engine, op, inputs, dy);
  const from = `${what} of ${inputs.map(({ data }) => `[${[...data]}]`).join(" and ")}`;
  expectExplained(
    actual.y,
    outputs.map(({ data }) => data),
    from,
    tolerance,
  );
  const gradients = seen.map((values) => gradient(dy, ...values));
  for (const [i, values] of actual.gradients.entries()) {
    expectExplained(
      values,
      gradients.map((arrays) => arrays[i]!.data),
      `gradient by input ${i} of ${from}`,
      tolerance,
    );
  }
}

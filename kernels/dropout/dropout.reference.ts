/** @file Dropout and Gaussian noise in float64, with the numbers that the kernels draw. */
import { elementBits, elementNormal, type RandomCounter, uniform } from "../../engine/random.ts";
import { type Array64, array64 } from "../reference.ts";

/** y = x / (1 - rate) where the element's number is at least the rate, else 0. `first`: number of x's first element. */
export function dropoutReference(x: Array64, rate: number, counter: RandomCounter, first = 0): Array64 {
  const threshold = Math.fround(rate); // the kernel compares in float32
  const y = x.data.map((value, i) =>
    uniform(elementBits(first + i, counter)) >= threshold ? value / (1 - rate) : 0,
  );
  return array64(x.shape, y);
}

/** y = x + stddev * normal(element). */
export function gaussianNoiseReference(
  x: Array64,
  stddev: number,
  counter: RandomCounter,
  first = 0,
): Array64 {
  return array64(
    x.shape,
    x.data.map((value, i) => value + stddev * elementNormal(first + i, counter)),
  );
}

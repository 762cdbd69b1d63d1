/** @file Seeded test data, rounded to float32 so that GPU and reference start from the same numbers. */

import type { Shape } from "../../engine/shape.ts";
import { sizeOf } from "../../engine/shape.ts";
import { type Array64, array64 } from "../../kernels/reference.ts";

/** mulberry32: good enough for test data, and not the generator under test. */
export function randomStream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Uniform values in [low, high), as float32 numbers. */
export function randomArray(shape: Shape, seed: number, low = -1, high = 1): Array64 {
  const next = randomStream(seed);
  return array64(
    shape,
    Float64Array.from({ length: sizeOf(shape) }, () => Math.fround(low + (high - low) * next())),
  );
}

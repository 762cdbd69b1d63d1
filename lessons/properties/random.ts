/** @file Seeded numbers for property tests, rounded to float32 so that GPU and reference start from the same, and seeded choices. */
import { type Shape, sizeOf } from "../../engine/shape.ts";
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

/**
 * Multiples of 1/16 from -1 to 1. A product is a multiple of 1/256 and a sum of up to 65,536 of them is below 2^24 / 256, so
 * float32 adds them without rounding: the GPU and the reference see the same side of relu's kink, and zeros are zeros.
 */
export function sixteenths(shape: Shape, seed: number): Array64 {
  return array64(
    shape,
    randomArray(shape, seed).data.map((value) => Math.round(value * 16) / 16),
  );
}

/** Choices that a seed decides: the shapes and options of a case. */
export class Choices {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = randomStream(seed);
  }

  /** From low to high, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor((high - low + 1) * this.#next());
  }

  of<const T>(values: readonly T[]): T {
    return values[this.integer(0, values.length - 1)]!;
  }

  boolean(): boolean {
    return this.#next() < 0.5;
  }

  /** For values that no other case has: recycled memory may hold those of another. */
  seed(): number {
    return this.integer(0, 2 ** 30);
  }
}

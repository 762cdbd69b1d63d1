/** @file The random decisions of one synthetic image: the same for the same seed, part and image number. */

import { pcg4d, type Uint32x4 } from "../../../engine/random.ts";

const scale = 2 ** -32;

/** A row of random numbers, hashed from (seed, stream, image) and a running count. */
export class Draws {
  readonly #seed: number;
  readonly #stream: number;
  readonly #image: number;
  #count = 0;
  #bits: Uint32x4 = [0, 0, 0, 0];

  /** All three are taken modulo 2^32; `stream` keeps training and test images apart. */
  constructor(seed: number, stream: number, image: number) {
    this.#seed = seed;
    this.#stream = stream;
    this.#image = image;
  }

  /** Evenly distributed in [low, high). */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.#next();
  }

  /** True with a probability. */
  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  /** An integer from 0 to count - 1, all equally likely. */
  below(count: number): number {
    return Math.floor(count * this.#next());
  }

  /** Between -limit and limit, near 0 more often: the mean of two even draws. */
  around(limit: number): number {
    return limit * (this.#next() + this.#next() - 1);
  }

  #next(): number {
    const lane = this.#count % 4;
    if (lane === 0) this.#bits = pcg4d(this.#seed, this.#stream, this.#image, this.#count / 4);
    this.#count++;
    return this.#bits[lane]! * scale;
  }
}

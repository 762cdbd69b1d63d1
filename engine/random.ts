/**
 * @file Counter-based random numbers: hashing a counter gives the bits, so there is no state to carry and any
 * number of the sequence is computed on its own, alike in WGSL and in TypeScript.
 */

/** Four integers, each 0 to 2^32 - 1. */
export type Uint32x4 = [number, number, number, number];

/**
 * pcg4d of Jarzynski and Olano, "Hash Functions for GPU Rendering", JCGT 9(3), 2020: four 32-bit integers in,
 * four well-mixed ones out. The arguments are taken modulo 2^32.
 */
export function pcg4d(x: number, y: number, z: number, w: number): Uint32x4 {
  let a = (Math.imul(x, 1664525) + 1013904223) | 0;
  let b = (Math.imul(y, 1664525) + 1013904223) | 0;
  let c = (Math.imul(z, 1664525) + 1013904223) | 0;
  let d = (Math.imul(w, 1664525) + 1013904223) | 0;
  a = (a + Math.imul(b, d)) | 0;
  b = (b + Math.imul(c, a)) | 0;
  c = (c + Math.imul(a, b)) | 0;
  d = (d + Math.imul(b, c)) | 0;
  a ^= a >>> 16;
  b ^= b >>> 16;
  c ^= c >>> 16;
  d ^= d >>> 16;
  a = (a + Math.imul(b, d)) | 0;
  b = (b + Math.imul(c, a)) | 0;
  c = (c + Math.imul(a, b)) | 0;
  d = (d + Math.imul(b, c)) | 0;
  return [a >>> 0, b >>> 0, c >>> 0, d >>> 0];
}

/** A number in [0, 1) from the top 24 bits, as WGSL computes it: f32(bits >> 8) / 2^24. */
export function uniform(bits: number): number {
  return (bits >>> 8) / 2 ** 24;
}

/** Names a number of the sequences: the fields of StepState, and the stream of the op that draws. */
export interface RandomCounter {
  readonly seed: number;
  readonly stream: number;
  readonly step: number;
}

/** The bits of element `index`, counted from the batch's first sample on: one hash serves four neighbours. */
export function elementBits(index: number, { seed, stream, step }: RandomCounter): number {
  return pcg4d(Math.floor(index / 4), step, stream, seed)[index % 4]!;
}

/** Standard normal number of element `index`, by Box and Muller from the uniform ones of a pair of elements. */
export function elementNormal(index: number, counter: RandomCounter): number {
  const pair = index - (index % 2);
  const radius = Math.sqrt(-2 * Math.log(1 - uniform(elementBits(pair, counter))));
  const angle = 2 * Math.PI * (uniform(elementBits(pair + 1, counter)) - 0.5);
  return radius * (index % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
}

/** Puts `order` into a random order (Fisher and Yates): `draw(i)` is the place, from 0 to i, that entry i changes with. */
export function shuffle<T extends Uint32Array>(order: T, draw: (i: number) => number): T {
  for (let i = order.length - 1; i > 0; i--) {
    const place = draw(i);
    const kept = order[i]!;
    order[i] = order[place]!;
    order[place] = kept;
  }
  return order;
}

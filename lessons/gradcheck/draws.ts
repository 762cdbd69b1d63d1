/** @file Where example inputs come from: seeded draws, some of which stay away from places without a derivative. */
import { elementBits, uniform } from "../../engine/random.ts";
import { type Shape, sizeOf } from "../../engine/shape.ts";
import { type Array64, array64 } from "../../kernels/reference.ts";

/** Makes `count` values; random(i) is the i-th number of a sequence, in [0, 1). */
export type Draw = (count: number, random: (i: number) => number) => number[];

/** Uniform numbers between two bounds. */
export function between(low: number, high: number): Draw {
  return (count, random) => Array.from({ length: count }, (_, i) => low + (high - low) * random(i));
}

/** Numbers between -1 and 1, about. */
export const anywhere = between(-1, 1);

/** Numbers between -1 and 1, each moved by 0.1 away from the nearest kink. */
export function awayFrom(...kinks: readonly number[]): Draw {
  return keptFrom(kinks, anywhere);
}

/** What `draw` gives, each number moved by 0.1 away from the nearest kink. */
export function keptFrom(kinks: readonly number[], draw: Draw): Draw {
  return (count, random) =>
    draw(count, random).map((value) => {
      const distances = kinks.map((kink) => Math.abs(value - kink));
      const nearest = kinks[distances.indexOf(Math.min(...distances))]!;
      return value + (value < nearest ? -0.1 : 0.1);
    });
}

/** Evenly spaced numbers between -1 and 1 in random order: no two are equal, or nearly so. */
export const distinct: Draw = (count, random) => {
  const order = Array.from({ length: count }, (_, i) => ({ place: i, key: random(i) }));
  order.sort((a, b) => a.key - b.key);
  return order.map(({ place }) => (2 * place + 1) / count - 1);
};

/** Multiples of 0.2, plus `offset`: two inputs of different offsets are never equal. */
export function grid(offset: number): Draw {
  return (count, random) =>
    Array.from({ length: count }, (_, i) => 0.2 * (Math.floor(10 * random(i)) - 5) + offset);
}

/** Numbers near 3 and near -3 in turn: a bias that leaves relu open for one channel and shut for the next. */
export const openAndShut: Draw = (count, random) =>
  Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 3 : -3) + 0.5 * random(i));

/** The values that `draw` makes of a seed, as float32 numbers: GPU and reference start from the same. */
export function drawArray(shape: Shape, draw: Draw, seed: number, stream: number): Array64 {
  const random = (i: number) => uniform(elementBits(i, { seed, stream, step: 0 }));
  return array64(shape, draw(sizeOf(shape), random).map(Math.fround));
}

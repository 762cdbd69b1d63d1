/** @file Which images of a set are used for what: seeded subsets and validation splits, as rows of image numbers. */

import { ArgumentError } from "../engine/errors.ts";
import { pcg4d } from "../engine/random.ts";
import type { ImageSet } from "./dataset.ts";

/** Image numbers of two disjoint parts that together are the whole set. */
export interface Split {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
}

/** Streams of random numbers, so that a subset and a split of the same seed have nothing to do with each other. */
const subsetStream = 0x5355;
const holdoutStream = 0x484f;

/**
 * `limit` of `count` image numbers, drawn by `seed`, in ascending order. Of the same seed, a smaller subset is part of a
 * larger one; a limit of `count` or more takes all.
 */
export function randomSubset(count: number, limit: number, seed: number): Uint32Array {
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new ArgumentError(`randomSubset: limit is ${limit}, expected a positive number of images.`);
  }
  if (limit >= count) return range(0, count);
  return permutation(count, seed, subsetStream).subarray(0, limit).sort();
}

/**
 * Keras's rule for `fit(validation_split=fraction)`: the last images, before any shuffling, are the validation part.
 * The training part has floor(count * (1 - fraction)) images, computed in double precision as Keras does.
 */
export function lastFractionSplit(count: number, fraction: number): Split {
  const at = splitAt(count, fraction);
  return { train: range(0, at), validation: range(at, count) };
}

/** A validation part drawn by `seed`, of the size that Keras's rule gives; both parts in ascending order. */
export function randomSplit(count: number, fraction: number, seed: number): Split {
  const at = splitAt(count, fraction);
  const order = permutation(count, seed, holdoutStream);
  return { train: order.slice(0, at).sort(), validation: order.slice(at).sort() };
}

/** The images and labels with these numbers, in this order, copied. */
export function takeImages(set: ImageSet, indices: Uint32Array): ImageSet {
  const bytes = set.height * set.width * set.channels;
  const images = new Uint8Array(indices.length * bytes);
  const labels = new Uint8Array(indices.length);
  indices.forEach((from, to) => {
    if (from >= set.count) {
      throw new ArgumentError(`takeImages: image ${from} is asked for, the set has ${set.count}.`);
    }
    images.set(set.images.subarray(from * bytes, (from + 1) * bytes), to * bytes);
    labels[to] = set.labels[from]!;
  });
  return { ...set, images, labels, count: indices.length };
}

function splitAt(count: number, fraction: number): number {
  const at = Math.floor(count * (1 - fraction));
  if (at > 0 && at < count) return at;
  throw new ArgumentError(
    `validation split: a fraction of ${fraction} of ${count} images leaves one part empty, expected between 0 and 1.`,
  );
}

/** 0 to count - 1 in an order drawn by seed (Fisher and Yates). */
function permutation(count: number, seed: number, stream: number): Uint32Array {
  const order = range(0, count);
  for (let last = count - 1; last > 0; last--) {
    const [bits] = pcg4d(seed, stream, last, 0);
    const other = Math.floor((bits / 2 ** 32) * (last + 1));
    const kept = order[last]!;
    order[last] = order[other]!;
    order[other] = kept;
  }
  return order;
}

function range(start: number, end: number): Uint32Array {
  return Uint32Array.from({ length: end - start }, (_, i) => start + i);
}

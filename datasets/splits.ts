/** @file Which images of a set are used for what: seeded subsets and validation splits, as rows of image numbers. */

import { ArgumentError } from "../engine/errors.ts";
import { requireParts, written } from "../engine/options.ts";
import { pcg4d, shuffle } from "../engine/random.ts";
import type { ImageSet } from "./formats/image-set.ts";

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
    throw new ArgumentError(
      `randomSubset: limit is ${written(limit)}, expected a positive number of images.`,
    );
  }
  if (limit >= count) return range(0, count);
  return permutation(count, seed, subsetStream).subarray(0, limit).sort();
}

/**
 * How a validation part is chosen. A rule and the number of images say exactly which image is where, so the rule is what
 * a run records. Sizes are a number of images, or a fraction with the rounding of the Keras function that has it.
 */
export type SplitRule =
  | { readonly take: "last" | "first"; readonly size: SplitSize }
  | { readonly take: "random"; readonly size: SplitSize; readonly seed: number };

/** Images of a part of a set: a whole number of them, or a share. */
export type SplitSize = { readonly images: number } | { readonly fraction: number };

/**
 * The parts that a rule gives, each in ascending order.
 * @throws ArgumentError for a size that leaves a part empty
 */
export function splitByRule(count: number, rule: SplitRule): Split {
  const size = validationSize(count, rule);
  if (!(Number.isSafeInteger(size) && size > 0 && size < count)) {
    throw new ArgumentError(
      `validation split: ${formatSize(rule.size)} of ${count} images leaves one part empty or is no number of images.`,
    );
  }
  const at = count - size;
  if (rule.take === "random") {
    const order = permutation(count, rule.seed, holdoutStream);
    return { train: order.slice(0, at).sort(), validation: order.slice(at).sort() };
  }
  if (rule.take === "last") return { train: range(0, at), validation: range(at, count) };
  return { train: range(size, count), validation: range(0, size) };
}

/** `the last 5,000 of 60,000 training images`, `6,000 of 60,000 training images drawn with seed 1`. */
export function describeSplit(count: number, rule: SplitRule): string {
  const size = validationSize(count, rule).toLocaleString("en-US");
  const of = `${size} of ${count.toLocaleString("en-US")} training images`;
  return rule.take === "random" ? `${of} drawn with seed ${rule.seed}` : `the ${rule.take} ${of}`;
}

/** The images and labels with these numbers, in this order, copied. */
export function takeImages(set: ImageSet, indices: Uint32Array): ImageSet {
  requireParts("takeImages", set, "an image set", ["images", "labels"]);
  if (!(indices instanceof Uint32Array))
    throw new ArgumentError(`takeImages: needs image numbers in a Uint32Array, got ${written(indices)}.`);
  const bytes = set.height * set.width * set.channels;
  const images = new Uint8Array(indices.length * bytes);
  const labels = set.labels.slice(0, indices.length);
  indices.forEach((from, to) => {
    if (from >= set.count) {
      throw new ArgumentError(`takeImages: image ${from} is asked for, the set has ${set.count}.`);
    }
    images.set(set.images.subarray(from * bytes, (from + 1) * bytes), to * bytes);
    labels[to] = set.labels[from]!;
  });
  return { ...set, images, labels, count: indices.length };
}

/**
 * Keras's rules for a fraction: `fit(validation_split)` leaves floor(count * (1 - fraction)) images to train on, computed in double
 * precision; `ImageDataGenerator(validation_split)`, which takes the first, holds out floor(count * fraction).
 */
function validationSize(count: number, rule: SplitRule): number {
  requireParts("validation split", rule, "a rule { take, size }", ["take", "size"]);
  const { take, size } = rule;
  requireParts("validation split: size", size, "{ images } or { fraction }");
  if ("images" in size) return size.images;
  const { fraction } = size;
  return take === "first" ? Math.floor(count * fraction) : count - Math.floor(count * (1 - fraction));
}

function formatSize(size: SplitSize): string {
  return "images" in size ? String(size.images) : `a fraction of ${size.fraction}`;
}

/** 0 to count - 1 in an order drawn by seed. */
function permutation(count: number, seed: number, stream: number): Uint32Array {
  return shuffle(range(0, count), (i) => Math.floor((pcg4d(seed, stream, i, 0)[0] / 2 ** 32) * (i + 1)));
}

function range(start: number, end: number): Uint32Array {
  return Uint32Array.from({ length: end - start }, (_, i) => start + i);
}

/**
 * @file Synthetic street digits: a stand-in for SVHN on a machine without network, of the same shape and the same
 * perspective: a digit in the middle of 32x32 pixels, its neighbours cut off at the sides.
 */

import { ArgumentError } from "../engine/errors.ts";
import type { ImageSet } from "./dataset.ts";
import { Draws } from "./street-digits/draws.ts";
import { imageBytes, imageSize, renderScene } from "./street-digits/render.ts";
import { drawScene } from "./street-digits/scene.ts";

/** Images of the training and the test set unless asked otherwise. */
export const syntheticCounts = { train: 8000, test: 2000 } as const;

/** Streams of random numbers: no image is in both parts. */
const streams = { train: 0x7261, test: 0x7465 } as const;

/**
 * `count` images with labels as in SVHN (label 0 is the digit 1, label 9 the digit 0), every class equally likely.
 * Image i depends on seed, part and i alone: a longer set begins with a shorter one, on every machine alike.
 */
export function syntheticStreetDigits(part: "train" | "test", count: number, seed = 0): ImageSet {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new ArgumentError(`syntheticStreetDigits: count is ${count}, expected a positive integer.`);
  }
  const images = new Uint8Array(count * imageBytes);
  const labels = new Uint8Array(count);
  const stream = streams[part];
  for (let image = 0; image < count; image++) {
    const draws = new Draws(seed, stream, image);
    const digit = draws.below(10);
    labels[image] = (digit + 9) % 10;
    const target = new Uint8ClampedArray(images.buffer, image * imageBytes, imageBytes);
    renderScene(drawScene(draws, digit), { seed, stream, image }, target);
  }
  return { images, labels, count, height: imageSize, width: imageSize, channels: 3 };
}

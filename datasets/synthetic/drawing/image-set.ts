/** @file Sets of drawn images: the same for the same seed, on every machine. */

import { ArgumentError } from "../../../engine/errors.ts";
import { written } from "../../../engine/options.ts";
import type { ImageSet } from "../../formats/image-set.ts";
import { Draws } from "./draws.ts";
import type { NoiseSource } from "./pixels.ts";

/** Images of one kind. */
export interface Drawing {
  /** for messages */
  readonly name: string;
  /** streams of random numbers: no image is in both parts */
  readonly streams: { readonly train: number; readonly test: number };
  readonly size: number;
  readonly channels: number;
  /** draws one image, bytes [size, size, channels], and gives its label */
  readonly draw: (draws: Draws, source: NoiseSource, target: Uint8ClampedArray) => number;
}

/**
 * `count` images with labels. Image i depends on seed, part and i alone: a longer set begins with a shorter one.
 * @throws ArgumentError for a count that is not a positive integer
 */
export function drawImageSet(
  drawing: Drawing,
  part: "train" | "test",
  count: number,
  seed: number,
): ImageSet {
  const { name, streams, size, channels, draw } = drawing;
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new ArgumentError(`${name}: count is ${written(count)}, expected a positive integer.`);
  }
  const bytes = size * size * channels;
  const images = new Uint8Array(count * bytes);
  const labels = new Uint8Array(count);
  const stream = streams[part];
  for (let image = 0; image < count; image++) {
    const target = new Uint8ClampedArray(images.buffer, image * bytes, bytes);
    labels[image] = draw(new Draws(seed, stream, image), { seed, stream, image }, target);
  }
  return { images, labels, count, height: size, width: size, channels };
}

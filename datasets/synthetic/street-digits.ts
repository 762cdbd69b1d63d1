/**
 * @file Synthetic street digits: a stand-in for SVHN on a machine without network, of the same shape and the same
 * perspective: a digit in the middle of 32x32 pixels, its neighbours cut off at the sides.
 */

import type { ImageSet } from "../formats/image-set.ts";
import { type Drawing, drawImageSet } from "./drawing/image-set.ts";
import { imageSize, renderScene } from "./street-digits/render.ts";
import { drawScene } from "./street-digits/scene.ts";

/** Images of the training and the test set unless asked otherwise. */
export const syntheticCounts = { train: 8000, test: 2000 } as const;

const streetDigits: Drawing = {
  name: "syntheticStreetDigits",
  streams: { train: 0x7261, test: 0x7465 },
  size: imageSize,
  channels: 3,
  draw: (draws, source, target) => {
    const digit = draws.below(10);
    renderScene(drawScene(draws, digit), source, target);
    return (digit + 9) % 10;
  },
};

/**
 * `count` images with labels as in SVHN (label 0 is the digit 1, label 9 the digit 0), every class equally likely.
 * Image i depends on seed, part and i alone: a longer set begins with a shorter one, on every machine alike.
 */
export function syntheticStreetDigits(part: "train" | "test", count: number, seed = 0): ImageSet {
  return drawImageSet(streetDigits, part, count, seed);
}

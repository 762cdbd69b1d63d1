/** @file A few random images of a set with their classes as captions. */
import type { ImageSet } from "../datasets/formats/image-set.ts";
import { takeImages } from "../datasets/splits.ts";
import { identityOrder, shuffled } from "../models/data/order.ts";

/** `count` different images, chosen by `seed`. */
export function randomImages(
  set: ImageSet,
  classes: readonly string[],
  count: number,
  seed: number,
): { images: ImageSet; captions: string[] } {
  const images = takeImages(set, shuffled(identityOrder(set.count), seed, 0).subarray(0, count));
  return { images, captions: Array.from(images.labels, (label) => classes[label]!) };
}

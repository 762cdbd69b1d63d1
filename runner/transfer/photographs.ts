/** @file Photographs as the samples of a network. */
import type { ImageSet } from "../../datasets/formats/image-set.ts";
import type { ArraySet } from "../samples.ts";

/** The bytes as they are, to be multiplied by `scale`. */
export function photographInputs(set: ImageSet, scale: number): ArraySet {
  const { images: inputs, count, height, width, channels } = set;
  return { inputs, inputShape: [height, width, channels], scale, count };
}

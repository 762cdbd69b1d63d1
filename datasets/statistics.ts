/** @file What an image set consists of, in numbers. */

import { checkOption, requireParts } from "../engine/options.ts";
import type { ImageSet } from "./formats/image-set.ts";

/** Images per class, index = label; `classes` is how many the data set knows, whether they occur here or not. */
export function countClasses(set: ImageSet, classes: number): number[] {
  requireParts("countClasses", set, "an image set", ["labels"]);
  const sound = () => Number.isInteger(classes) && classes >= 1 && classes <= 2 ** 16;
  checkOption("countClasses", "classes", classes, sound, "a whole number from 1 to 65536");
  const counts = new Array<number>(classes).fill(0);
  for (const label of set.labels) counts[label]! += 1;
  return counts;
}

/** Smallest and largest value of any channel of any pixel, 0..255. */
export function pixelRange(set: ImageSet): { smallest: number; largest: number } {
  requireParts("pixelRange", set, "an image set", ["images"]);
  let smallest = 255;
  let largest = 0;
  for (const value of set.images) {
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
  }
  return { smallest, largest };
}

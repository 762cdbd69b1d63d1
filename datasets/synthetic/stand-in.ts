/** @file What a synthetic set tells of itself. */

import type { ImageSet } from "../formats/image-set.ts";

/** The synthetic images that are used without network. */
export interface StandIn {
  /** e.g. "street digits" */
  readonly what: string;
  /** if they are not those of the real data set */
  readonly classes?: readonly string[];
  /** images of the training and the test set unless asked otherwise */
  readonly counts: { readonly train: number; readonly test: number };
  /** `count` images of a part with their labels: the same ones for the same seed */
  readonly draw: (part: "train" | "test", count: number, seed: number) => ImageSet;
}

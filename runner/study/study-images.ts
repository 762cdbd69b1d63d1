/** @file How a study divides images: one in twelve of the training images is held out, 5,000 of the 60,000 of MNIST, as the sources do. */
import type { Dataset } from "../../datasets/dataset.ts";
import type { ImageSet } from "../../datasets/formats/image-set.ts";
import {
  describeSplit,
  randomSubset,
  type SplitRule,
  splitByRule,
  takeImages,
} from "../../datasets/splits.ts";
import type { RunSettings } from "../store/schemas.ts";

export type DataPart = "train" | "validation" | "test";

export interface StudyImages extends Readonly<Record<DataPart, ImageSet>> {
  /** in words, which images validate */
  readonly split: string;
}

const heldOut = 1 / 12;

/**
 * `take` says which end of the training file is held out. Limits draw from what is left; validation gets as many as the test set
 * at most.
 */
export function studyImages(
  dataset: Pick<Dataset, "train" | "test">,
  { limit, testLimit, seed }: Pick<RunSettings, "limit" | "testLimit" | "seed">,
  take: "first" | "last",
): StudyImages {
  const { test } = dataset;
  const { count } = dataset.train;
  const rule: SplitRule = { take, size: { images: Math.floor(count * heldOut) } };
  const { train, validation } = splitByRule(count, rule);
  const limited = (indices: Uint32Array, most: number | null) =>
    randomSubset(indices.length, most ?? indices.length, seed).map((i) => indices[i]!);
  const used = limited(validation, testLimit);
  const some = used.length < validation.length ? `, of which ${used.length} are used` : "";
  return {
    train: takeImages(dataset.train, limited(train, limit)),
    validation: takeImages(dataset.train, used),
    test: testLimit === null ? test : takeImages(test, randomSubset(test.count, testLimit, seed)),
    split: `validation: ${describeSplit(count, rule)}${some}`,
  };
}

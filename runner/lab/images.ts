/** @file Images for the lab's page: those that a run with the same seed and limits takes. */
import type { Dataset } from "../../datasets/dataset.ts";
import { datasetIds } from "../../datasets/sources/load-dataset.ts";
import { randomSubset, takeImages } from "../../datasets/splits.ts";
import { UsageError } from "../../engine/errors.ts";
import { writeImages } from "./image-file.ts";

/** Loads a data set by its name; the seed draws the stand-in for one that is not there, as of a run. */
export type LoadImages = (id: (typeof datasetIds)[number], seed: number) => Promise<Dataset>;

/** The bytes of image-file.ts. Throws UsageError for a data set or numbers that there cannot be. */
export async function imagesFor(name: string, query: URLSearchParams, load: LoadImages): Promise<Uint8Array> {
  const id = datasetIds.find((known) => known === name && known !== "cub200");
  if (!id) throw new UsageError(`The lab has no data set ${name}.`);
  const [limit, testLimit, seed = 1] = ["limit", "testLimit", "seed"].map((key) => wholeNumber(query, key));
  const { train, test, ...facts } = await load(id, seed);
  const part = (set: typeof train, most: number | undefined) =>
    most === undefined || most >= set.count ? set : takeImages(set, randomSubset(set.count, most, seed));
  return writeImages({ ...facts, train: part(train, limit), test: part(test, testLimit) });
}

function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^\d{1,9}$/.test(text) || (name !== "seed" && Number(text) === 0))
    throw new UsageError(`${name} must be a whole number, got ${JSON.stringify(text.slice(0, 40))}.`);
  return Number(text);
}

/** @file The data sets by name. */

import { checkChoice } from "../../engine/options.ts";
import type { Dataset } from "../dataset.ts";
import type { Cifar100Labels } from "../formats/cifar.ts";
import { cifar10, cifar25, cifar100 } from "./cifar.ts";
import { type Cub200Options, loadCub200 } from "./cub200.ts";
import { fashionMnist, mnist } from "./mnist.ts";
import { type LoadOptions, obtainDataset } from "./obtain.ts";
import type { DatasetSource } from "./source.ts";
import { svhn, svhnExtra } from "./svhn.ts";

/** Size and filter are of the photographs of cub200. */
export interface LoadDatasetOptions extends LoadOptions, Cub200Options {
  /** of cifar100; default fine */
  readonly labels?: Cifar100Labels;
}

const sources = {
  svhn: () => svhn,
  "svhn-extra": () => svhnExtra,
  cifar10: () => cifar10,
  cifar25: () => cifar25,
  cifar100: ({ labels = "fine" }) => cifar100(labels),
  mnist: () => mnist,
  "fashion-mnist": () => fashionMnist,
} as const satisfies Record<string, (options: LoadDatasetOptions) => DatasetSource>;

/** Names of the data sets that loadDataset() knows. */
export type DatasetId = keyof typeof sources | "cub200";

/** The names that loadDataset() takes. */
export const datasetIds: readonly DatasetId[] = [
  ...(Object.keys(sources) as (keyof typeof sources)[]),
  "cub200",
];

/** Loads a data set from the data folder, the network or, if need be, a synthetic stand-in; see obtainDataset. */
export function loadDataset(id: DatasetId, options: LoadDatasetOptions = {}): Promise<Dataset> {
  checkChoice("loadDataset", "the name", id, datasetIds);
  if (id === "cub200") return loadCub200(options);
  return obtainDataset(sources[id](options), options);
}

/** @file The data sets by name. */

import type { Dataset } from "./dataset.ts";
import { type LoadOptions, loadSvhn } from "./load-svhn.ts";

const loaders = {
  svhn: loadSvhn,
} as const satisfies Record<string, (options: LoadOptions) => Promise<Dataset>>;

export type DatasetId = keyof typeof loaders;

/** Loads a data set from the data folder, the network or, if need be, a synthetic stand-in; see its own file. */
export function loadDataset(id: DatasetId, options: LoadOptions = {}): Promise<Dataset> {
  return loaders[id](options);
}

/** @file The package `wgrad/datasets`: data sets by name, parts of them, and the street digits that are drawn on the spot. */
export type { Cifar100Labels } from "./cifar.ts";
export { dataFolder } from "./data-folder.ts";
export type { DataFile, Dataset, ImageSet } from "./dataset.ts";
export type { DownloadProgress } from "./download.ts";
export { DownloadError, type DownloadFailure } from "./http.ts";
export { type DatasetId, datasetIds, type LoadDatasetOptions, loadDataset } from "./load-dataset.ts";
export {
  describeSplit,
  randomSubset,
  type Split,
  type SplitRule,
  type SplitSize,
  splitByRule,
  takeImages,
} from "./splits.ts";
export { countClasses, pixelRange } from "./statistics.ts";
export { syntheticStreetDigits } from "./synthetic-street-digits.ts";

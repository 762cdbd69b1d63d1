/** @file The package `wgrad/datasets` in Node: data sets by name, and all that also runs in a page. */
export * from "./browser.ts";
export type { DataFile, Dataset } from "./dataset.ts";
export { type Cub200Options, loadCub200 } from "./sources/cub200.ts";
export { dataFolder } from "./sources/data-folder.ts";
export type { DownloadProgress } from "./sources/download.ts";
export { fileSource } from "./sources/file-source.ts";
export { type ImageFolder, imageFolder } from "./sources/folder/image-folder.ts";
export type { DecodeProgress, ImageFolderOptions } from "./sources/folder/options.ts";
export { type StreamedImageFolder, streamedImageFolder } from "./sources/folder/streamed-folder.ts";
export { DownloadError, type DownloadFailure } from "./sources/http.ts";
export { type DatasetId, datasetIds, type LoadDatasetOptions, loadDataset } from "./sources/load-dataset.ts";

/** @file The data of an experiment: a data set that wgrad knows, a folder of photographs, or arrays of the user's own. */
import type { Dataset } from "../datasets/dataset.ts";
import { openCub200 } from "../datasets/sources/cub200.ts";
import type { ImageFolderOptions } from "../datasets/sources/folder/options.ts";
import { openFolder } from "../datasets/sources/folder/streamed-folder.ts";
import { type LoadDatasetOptions, loadDataset } from "../datasets/sources/load-dataset.ts";
import { FileError, WgradError } from "../engine/errors.ts";
import type { Experiment } from "./experiment.ts";
import { ownDataset } from "./own/data.ts";
import { loadPhotographs, type PhotographEvents } from "./photographs.ts";
import type { SampleSet } from "./samples.ts";
import { shown } from "./store/run-folder.ts";
import type { BackboneName } from "./transfer/backbone-names.ts";
import { backbones } from "./transfer/backbones.ts";

export interface LoadDataOptions extends LoadDatasetOptions, PhotographEvents {
  /** whose size the photographs get; ResNet-50's unless given */
  readonly backbone?: BackboneName | undefined;
}

export interface LoadedData extends Dataset<SampleSet> {
  /** of photographs that are read from disk: ends that */
  close?(): Promise<void>;
}

/** Throws FileError for files or arrays that cannot be used. */
export async function loadData(
  { id, dataset, file }: Pick<Experiment, "id" | "dataset" | "file">,
  { backbone = "resnet50", ...options }: LoadDataOptions,
): Promise<LoadedData> {
  const { size, filter } = backbones[backbone];
  if (dataset === "cub200") {
    const { onDecoded: onProgress, onLine, storesBeyond = Number.POSITIVE_INFINITY } = options;
    const events = { ...(onProgress && { onProgress }), ...(onLine && { onLine }) };
    const open = (folder: string, photographs: ImageFolderOptions) =>
      openFolder(folder, { ...photographs, ...events }, storesBeyond);
    return openCub200({ ...options, size, filter }, open);
  }
  if (typeof dataset === "string") return loadDataset(dataset, options);
  if ("folder" in dataset) return loadPhotographs(dataset, options);
  try {
    return ownDataset(id, await dataset.load());
  } catch (cause) {
    if (cause instanceof FileError || !(cause instanceof WgradError)) throw cause;
    throw new FileError(`${file ? `${shown(file.path)}: ` : ""}${cause.message}`, { cause });
  }
}

/** @file `--data-set folder DIR`: an experiment on the user's own photographs. */
import { resolve } from "node:path";
import type { ResizeFilter } from "../datasets/formats/images/resize.ts";
import type { ImageFolder } from "../datasets/sources/folder/image-folder.ts";
import { openFolder, type StreamedImageFolder } from "../datasets/sources/folder/streamed-folder.ts";
import type { LoadDatasetOptions } from "../datasets/sources/load-dataset.ts";
import { formatShape, UsageError } from "../engine/errors.ts";
import type { Experiment, Photographs, TrainingExperiment } from "./experiment.ts";
import type { PhotographSettings, RunSettings } from "./store/schemas.ts";

/** What the command line may say of them. */
export interface PhotographOptions {
  /** "folder" and its path: photographs in place of the experiment's data set */
  readonly dataSet?: readonly string[];
  /** default nearest, as Keras */
  readonly resize?: ResizeFilter;
  /** leave out photographs that cannot be decoded */
  readonly skipBroken?: boolean;
}

/** What the command line says of photographs; undefined if nothing. Throws UsageError. */
export function photographSettings(
  { kind, id }: Experiment,
  { dataSet, resize, skipBroken, trial }: PhotographOptions & { readonly trial?: string },
): PhotographSettings | undefined {
  if (dataSet === undefined) {
    const alone = skipBroken ? "--skip-broken" : resize && "--resize";
    if (alone) throw new UsageError(`${alone}: it is for photographs, and needs --data-set folder DIR.`);
    return undefined;
  }
  const [what, folder, ...more] = dataSet;
  if (what !== "folder" || !folder || more.length > 0)
    throw new UsageError(
      `--data-set: write \`--data-set folder DIR\` behind the experiment, got "${dataSet.join(" ")}".`,
    );
  if (kind !== "training" || trial !== undefined)
    throw new UsageError(`--data-set: ${id} is no single training run on one data set.`);
  return { folder: resolve(folder), filter: resize ?? "nearest", skipBroken: skipBroken ?? false };
}

/** The experiment on these photographs. Figures published for its own images say nothing about them. */
export function onPhotographs(
  experiment: TrainingExperiment,
  photographs: PhotographSettings | undefined,
  profile: RunSettings["profile"],
): TrainingExperiment {
  if (!photographs) return experiment;
  const { id, continues } = experiment;
  if (continues) throw new UsageError(`--data-set: ${id} goes on from ${continues}, which had other images.`);
  const { inputs, outputs } = experiment.network(profile);
  const [input, output] = [inputs[0]!.shape, outputs[0]!.shape];
  const [height, width, channels] = input;
  if (input.length !== 3 || channels !== 3 || output.length !== 1)
    throw new UsageError(
      `--data-set: the network of ${id} takes ${formatShape(input)} and answers ${formatShape(output)}; ` +
        "photographs need [height,width,3] and a share for each class.",
    );
  const dataset = { ...photographs, height: height!, width: width!, classes: output[0]! };
  return { ...experiment, dataset, published: [] };
}

/** Throws FileError as imageFolder() does, and UsageError if the network answers other classes. */
export async function loadPhotographs(
  { folder, filter, skipBroken, height, width, classes }: Photographs,
  { data, onDecoded, onLine, storesBeyond = Number.POSITIVE_INFINITY }: LoadDatasetOptions & PhotographEvents,
): Promise<ImageFolder | StreamedImageFolder> {
  const options = {
    ...{ size: [height, width] as const, filter, skipBroken },
    ...(data ? { data } : {}),
    ...(onDecoded ? { onProgress: onDecoded } : {}),
    ...(onLine ? { onLine } : {}),
  };
  const dataset = await openFolder(folder, options, storesBeyond);
  if (dataset.classes.length === classes) return dataset;
  if ("close" in dataset) await dataset.close();
  throw new UsageError(
    `--data-set: the network tells ${classes} classes apart, ${folder} has ${dataset.classes.length}.`,
  );
}

export interface PhotographEvents {
  /** decoded photographs of more bytes stay on disk. Default: all are in memory */
  readonly storesBeyond?: number;
  readonly onDecoded?: (progress: { readonly done: number; readonly total: number }) => void;
  readonly onLine?: (text: string) => void;
}

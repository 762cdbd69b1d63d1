/** @file What a network is trained on: images of a data set, or arrays of the user's own. */

import type { ImageSet, Labels, StoredImages } from "../datasets/formats/image-set.ts";
import { takeImages } from "../datasets/splits.ts";
import { ArgumentError } from "../engine/errors.ts";
import { type Shape, sizeOf } from "../engine/shape.ts";
import type { HostDataset } from "../kernels/gather/index.ts";
import { isStored } from "../models/data/stored-samples.ts";
import { type Predictions, predictionsOf } from "../report/predictions.ts";
import { smallImages, takeStored } from "./stored-images.ts";

/** Samples of any shape. Without labels and targets the network learns to give back its inputs. */
export interface ArraySet {
  /** [count, ...inputShape], row-major */
  readonly inputs: Uint8Array | Float32Array;
  readonly inputShape: Shape;
  /** the network gets the inputs multiplied by it */
  readonly scale: number;
  readonly count: number;
  /** [count], class index from 0 */
  readonly labels?: Labels;
  /** [count, ...targetShape] */
  readonly targets?: Float32Array;
  readonly targetShape?: Shape;
  /** how a report shows the samples, where the inputs themselves are no images for people */
  readonly pictures?: ImageSet;
}

/** What transfer makes of the images, in their place. */
export interface PreparedSamples {
  readonly train: ArraySet | StoredImages;
  readonly test: ArraySet | StoredImages;
}

/** All of them in memory. */
export type LoadedSet = ImageSet | ArraySet;

/** Stored ones are read batch by batch: memory does not hold them. */
export type SampleSet = LoadedSet | StoredImages;

function isImages(set: SampleSet): set is ImageSet {
  return "images" in set;
}

/** The samples with these numbers, in this order, copied. */
export function takeSamples<T extends SampleSet>(set: T, indices: Uint32Array): T;
export function takeSamples(set: SampleSet, indices: Uint32Array): SampleSet {
  if (isStored(set)) return takeStored(set, indices);
  if (isImages(set)) return takeImages(set, indices);
  const { inputs, inputShape, scale, labels, targets, targetShape = [], pictures } = set;
  return {
    inputs: takeRows(inputs, sizeOf(inputShape), indices),
    inputShape,
    scale,
    count: indices.length,
    ...(labels ? { labels: takeRows(labels, 1, indices) } : {}),
    ...(targets ? { targets: takeRows(targets, sizeOf(targetShape), indices), targetShape } : {}),
    ...(pictures ? { pictures: takeImages(pictures, indices) } : {}),
  };
}

function takeRows<T extends Labels | Float32Array>(values: T, size: number, indices: Uint32Array): T {
  const rows = values.slice(0, indices.length * size) as T;
  indices.forEach((from, to) => {
    rows.set(values.subarray(from * size, (from + 1) * size), to * size);
  });
  return rows;
}

/** As fit() takes them. */
export function hostDataset(set: LoadedSet, classes: number): HostDataset {
  const { inputs, inputShape, scale } = inputsOf(set);
  const { labels } = set;
  const answers = labels ? { labels, classes } : isImages(set) ? {} : targetsOf(set);
  return { inputs, inputShape, scale, ...answers };
}

function targetsOf({ targets, targetShape = [] }: ArraySet): Pick<HostDataset, "targets" | "targetShape"> {
  return targets ? { targets, targetShape } : {};
}

/** What is known of every sample before any is read. */
export function sampleForm(set: SampleSet): { shape: number[]; values: "bytes" | "floats"; scale: number } {
  const { inputShape, scale } = isStored(set) ? set : inputsOf(set);
  const isBytes = isStored(set) || inputsOf(set).inputs instanceof Uint8Array;
  return { shape: [...inputShape], values: isBytes ? "bytes" : "floats", scale };
}

/** The inputs alone, and what they are multiplied by. */
export function inputsOf(set: LoadedSet): Pick<ArraySet, "inputs" | "inputShape" | "scale"> {
  if (isImages(set)) {
    const { images: inputs, height, width, channels } = set;
    return { inputs, inputShape: [height, width, channels], scale: 1 / 255 };
  }
  return set;
}

/**
 * The samples as images that a report can show; undefined for what has no classes, or another shape than [h, w, 1 or 3].
 * Floats from 0 to 1 are shown as they are, others from their smallest to their largest value.
 */
export function picturesOf(set: LoadedSet): ImageSet | undefined {
  if (isImages(set)) return set;
  const { inputs, inputShape, labels, count, pictures } = set;
  if (pictures) return pictures;
  const [height = 0, width = 0, channels = 0] = inputShape;
  if (!labels || inputShape.length !== 3 || (channels !== 1 && channels !== 3)) return undefined;
  return { images: asBytes(inputs), labels, count, height, width, channels };
}

/**
 * What a classifier said about the samples, from its outputs [n, classes]; undefined where the samples have no classes, or the
 * outputs are not one for each class.
 */
export async function samplePredictions(
  set: SampleSet,
  outputs: Float32Array,
  classes: number,
): Promise<Predictions | undefined> {
  const { labels, count } = set;
  if (!labels || outputs.length !== count * classes) return undefined;
  const pictures = isStored(set) ? await smallImages(set) : picturesOf(set);
  return predictionsOf({ labels, pictures }, outputs, classes);
}

function asBytes(values: Uint8Array | Float32Array): Uint8Array {
  if (values instanceof Uint8Array) return values;
  const [least, most] = values.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [0, 1]);
  return Uint8Array.from(values, (value) => Math.round((255 * (value - least)) / (most - least)));
}

/** For what needs all samples in memory. Throws ArgumentError if they are stored. */
export function loadedOnly(set: SampleSet): LoadedSet {
  if (!isStored(set)) return set;
  throw new ArgumentError("All samples are needed in memory here; these are read from disk batch by batch.");
}

/** For what works on images only, in memory or not. Throws ArgumentError if the samples are arrays. */
export function imagesOrStored(set: SampleSet): ImageSet | StoredImages {
  if (isStored(set) || isImages(set)) return set;
  throw new ArgumentError("Images of a data set are needed here, not arrays.");
}

/** For what works on images only. Throws ArgumentError if the samples are arrays. */
export function imagesOnly<T extends { readonly train: SampleSet; readonly test: SampleSet }>(
  data: T,
): Omit<T, "train" | "test"> & { readonly train: ImageSet; readonly test: ImageSet } {
  const { train, test } = data;
  if (isImages(train) && isImages(test)) return { ...data, train, test };
  throw new ArgumentError("Images of a data set are needed here, not arrays.");
}

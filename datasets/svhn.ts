/** @file The Street View House Numbers, cropped digits ("format 2"): MATLAB files of 32x32 RGB images. */

import { basename, join } from "node:path";
import { FileError, formatShape } from "../engine/errors.ts";
import type { DataFile, Dataset, ImageSet } from "./dataset.ts";
import { fileSize } from "./files.ts";
import { findVariable, type MatVariable, readMatBytes, readMatDirectory, readMatNumbers } from "./matlab.ts";
import { md5OfFile } from "./md5.ts";

/** Below the data folder. */
export const svhnFolder = "svhn";

/** The published files: name, MD5 and number of images. */
export const svhnFiles = {
  train: { name: "train_32x32.mat", md5: "e26dedcc434d2e4c54c9b2d4a06d8373", count: 73257 },
  test: { name: "test_32x32.mat", md5: "eb5a983be6a315427106f1b164d9cef3", count: 26032 },
  extra: { name: "extra_32x32.mat", md5: "a93ce644f1a588dc4d68dda5feec44a7", count: 531131 },
} as const;

export type SvhnPart = keyof typeof svhnFiles;

/** What every data set of street digits has in common. Label = the file's label - 1, so that 9 is the digit 0. */
export const svhnFacts = {
  classes: ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"],
  license: "SVHN: for non-commercial use only.",
  citation:
    "Y. Netzer, T. Wang, A. Coates, A. Bissacco, B. Wu, A. Y. Ng: Reading Digits in Natural Images with Unsupervised " +
    "Feature Learning. NIPS Workshop on Deep Learning and Unsupervised Feature Learning, 2011.",
} as const;

const size = 32;
const channels = 3;
const imageBytes = size * size * channels;

/** One file, its shapes checked, its numbers not read yet. */
interface Opened {
  readonly path: string;
  readonly pixels: MatVariable;
  readonly labels: MatVariable;
  readonly count: number;
}

/**
 * Reads SVHN from the data folder; the images are in memory once.
 * @param folder the data folder, with `svhn/{train,test,extra}_32x32.mat`
 * @param extra whether the training set is train and extra together
 * @throws FileError if a file is missing, not a MATLAB version 5 file, damaged, or holds something else
 */
export async function readSvhn(folder: string, extra: boolean): Promise<Dataset> {
  const paths = (parts: readonly SvhnPart[]) =>
    parts.map((part) => join(folder, svhnFolder, svhnFiles[part].name));
  const training = await Promise.all(paths(extra ? ["train", "extra"] : ["train"]).map(openPart));
  const test = await Promise.all(paths(["test"]).map(openPart));
  const files: DataFile[] = [];
  for (const part of [...training, ...test]) files.push(await describeFile(part));
  const official = files.every((file) => file.official);
  return {
    id: "svhn",
    title: `Street View House Numbers, cropped digits${extra ? ", with the extra set" : ""}`,
    ...svhnFacts,
    train: await readParts(training),
    test: await readParts(test),
    origin: official ? "official" : "other",
    files,
    note: official ? `official SVHN files: ${listFiles(files)}.` : otherNote(files),
  };
}

function listFiles(files: readonly DataFile[]): string {
  const describe = ({ path, count }: DataFile) =>
    `${svhnFolder}/${basename(path)} (${count.toLocaleString("en-US")} image${count === 1 ? "" : "s"})`;
  return files.map(describe).join(", ");
}

function otherNote(files: readonly DataFile[]): string {
  const others = listFiles(files.filter((file) => !file.official));
  return `not the official SVHN files (other md5): ${others}. Accuracies are not comparable with published ones.`;
}

async function describeFile({ path, count }: Opened): Promise<DataFile> {
  const md5 = await md5OfFile(path);
  const official = Object.values(svhnFiles).some((file) => path.endsWith(file.name) && file.md5 === md5);
  return { path, bytes: (await fileSize(path)) ?? 0, md5, official, count };
}

async function openPart(path: string): Promise<Opened> {
  const variables = await readMatDirectory(path);
  const pixels = findVariable(variables, "X", path);
  const labels = findVariable(variables, "y", path);
  // MATLAB drops a last dimension of 1, SciPy need not.
  const [height, width, depth, count = 1, ...rest] = pixels.dims;
  const shapeFits = height === size && width === size && depth === channels && rest.length === 0;
  if (!shapeFits || pixels.className !== "uint8" || count === 0) {
    const found = `${pixels.className} ${formatShape(pixels.dims)}`;
    throw new FileError(`${path}: X is ${found}, expected uint8 [32,32,3,n] with n images.`);
  }
  const isVector = labels.dims.length === 2 && labels.dims.includes(1);
  if (!isVector || labels.dims[0]! * labels.dims[1]! !== count) {
    throw new FileError(
      `${path}: y is ${formatShape(labels.dims)}, expected [${count},1]: one label for each image of X ${formatShape(pixels.dims)}.`,
    );
  }
  return { path, pixels, labels, count };
}

/** Reads files one behind the other into one set. */
async function readParts(parts: readonly Opened[]): Promise<ImageSet> {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const images = new Uint8Array(count * imageBytes);
  const labels = new Uint8Array(count);
  let first = 0;
  for (const part of parts) {
    const end = first + part.count;
    await readMatBytes(part.pixels, images.subarray(first * imageBytes, end * imageBytes));
    await readLabels(part, labels.subarray(first, end));
    first = end;
  }
  columnMajorToRowMajor(images);
  return { images, labels, count, height: size, width: size, channels };
}

async function readLabels({ path, labels: variable }: Opened, labels: Uint8Array): Promise<void> {
  const numbers = await readMatNumbers(variable);
  for (let i = 0; i < labels.length; i++) {
    const label = numbers[i]!;
    if (!(Number.isInteger(label) && label >= 1 && label <= 10)) {
      throw new FileError(`${path}: y(${i + 1}) is ${label}, labels are 1 to 10 (10 for the digit 0).`);
    }
    labels[i] = label - 1;
  }
}

/** In place, image by image: [h, w, c] with h fastest becomes [h, w, c] with c fastest. */
function columnMajorToRowMajor(images: Uint8Array): void {
  const from = new Uint16Array(imageBytes);
  for (let target = 0; target < imageBytes; target++) {
    const c = target % channels;
    const w = Math.floor(target / channels) % size;
    const h = Math.floor(target / (channels * size));
    from[target] = h + size * (w + size * c);
  }
  const scratch = new Uint8Array(imageBytes);
  for (let start = 0; start < images.length; start += imageBytes) {
    scratch.set(images.subarray(start, start + imageBytes));
    for (let i = 0; i < imageBytes; i++) images[start + i] = scratch[from[i]!]!;
  }
}

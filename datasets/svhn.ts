/** @file The Street View House Numbers, cropped digits ("format 2"): MATLAB files of 32x32 RGB images. */

import { FileError, formatShape } from "../engine/errors.ts";
import type { ImageSet } from "./dataset.ts";
import {
  checkMatNumbers,
  findVariable,
  type MatVariable,
  readMatBytes,
  readMatDirectory,
  readMatNumbers,
} from "./matlab.ts";
import { allocateFor } from "./memory.ts";
import type { DatasetSource, SourceContents } from "./source.ts";
import { syntheticCounts, syntheticStreetDigits } from "./synthetic-street-digits.ts";

const trainFile = { name: "train_32x32.mat", md5: "e26dedcc434d2e4c54c9b2d4a06d8373", count: 73_257 };
const testFile = { name: "test_32x32.mat", md5: "eb5a983be6a315427106f1b164d9cef3", count: 26_032 };
const extraFile = { name: "extra_32x32.mat", md5: "a93ce644f1a588dc4d68dda5feec44a7", count: 531_131 };

const svhnFacts = {
  // Label = the file's label - 1, so that 9 is the digit 0.
  classes: ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"],
  license: "SVHN: for non-commercial use only.",
  citation:
    "Y. Netzer, T. Wang, A. Coates, A. Bissacco, B. Wu, A. Y. Ng: Reading Digits in Natural Images with Unsupervised " +
    "Feature Learning. NIPS Workshop on Deep Learning and Unsupervised Feature Learning, 2011.",
  folder: "svhn",
  unpacks: false, // MATLAB's files are packed inside
  ownNames: true,
  addresses: ["http://ufldl.stanford.edu/housenumbers/"],
  standIn: { what: "street digits", counts: syntheticCounts, draw: syntheticStreetDigits },
} as const;

/** 73,257 + 26,032 images. */
export const svhn: DatasetSource = {
  ...svhnFacts,
  id: "svhn",
  name: "SVHN",
  title: "Street View House Numbers, cropped digits",
  files: [trainFile, testFile],
  read: (path) => readSvhn(path, [trainFile.name]),
};

/** The training set is train and extra together: 604,388 + 26,032 images. */
export const svhnExtra: DatasetSource = {
  ...svhnFacts,
  id: "svhn-extra",
  name: "SVHN with the extra set",
  title: "Street View House Numbers, cropped digits, with the extra set",
  files: [trainFile, testFile, extraFile],
  read: (path) => readSvhn(path, [trainFile.name, extraFile.name]),
};

const size = 32;
const channels = 3;
const imageBytes = size * size * channels;

/** One file, its shapes checked, its numbers not read yet. */
interface Opened {
  readonly name: string;
  readonly path: string;
  readonly pixels: MatVariable;
  readonly labels: MatVariable;
  readonly count: number;
}

/** All shapes are checked before any image is read; the images are in memory once. */
async function readSvhn(
  path: (name: string) => string,
  training: readonly string[],
): Promise<SourceContents> {
  const open = (names: readonly string[]) => Promise.all(names.map((name) => openPart(name, path(name))));
  const train = await open(training);
  const test = await open([testFile.name]);
  return {
    train: await readParts(train),
    test: await readParts(test),
    counts: new Map([...train, ...test].map(({ name, count }) => [name, count])),
  };
}

async function openPart(name: string, path: string): Promise<Opened> {
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
  await checkMatNumbers(pixels);
  return { name, path, pixels, labels, count };
}

/** Reads files one behind the other into one set. */
async function readParts(parts: readonly Opened[]): Promise<ImageSet> {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const images = allocateFor(parts.map(({ path }) => path).join(", "), count * imageBytes);
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

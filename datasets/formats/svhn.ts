/** @file The files of SVHN's cropped digits ("format 2"): X, 32x32 RGB images, and y, their labels, in a MATLAB file. */

import { FileError, formatShape } from "../../engine/errors.ts";
import { allocateForAll } from "./allocate.ts";
import { type ByteSource, type FileBytes, sourcesOf } from "./byte-source.ts";
import type { ImageSet } from "./image-set.ts";
import {
  checkMatNumbers,
  findVariable,
  type MatVariable,
  readMatBytes,
  readMatDirectory,
  readMatNumbers,
} from "./matlab.ts";

const size = 32;
const channels = 3;
const imageBytes = size * size * channels;

/** One file, its shapes checked, its numbers not read yet. */
export interface OpenedSvhn {
  readonly source: ByteSource;
  readonly pixels: MatVariable;
  readonly labels: MatVariable;
  readonly count: number;
}

/**
 * Images [n, 32, 32, 3] from one or more of SVHN's MATLAB files, one behind the other; label = the file's label - 1, so
 * that 0 is the digit 1 and 9 the digit 0.
 * @throws FileError if a file is damaged, is no MATLAB version 5 file, or holds something else
 */
export async function readSvhn(...files: readonly FileBytes[]): Promise<ImageSet> {
  return readOpened(await Promise.all(sourcesOf(files, "SVHN file").map(openSvhn)));
}

/** Finds X and y of a file and checks their shapes. @throws FileError if they are not images with labels */
export async function openSvhn(source: ByteSource): Promise<OpenedSvhn> {
  const { name } = source;
  const variables = await readMatDirectory(source);
  const pixels = findVariable(variables, "X", name);
  const labels = findVariable(variables, "y", name);
  // MATLAB drops a last dimension of 1, SciPy need not.
  const [height, width, depth, count = 1, ...rest] = pixels.dims;
  const shapeFits = height === size && width === size && depth === channels && rest.length === 0;
  if (!shapeFits || pixels.className !== "uint8" || count === 0) {
    const found = `${pixels.className} ${formatShape(pixels.dims)}`;
    throw new FileError(`${name}: X is ${found}, expected uint8 [32,32,3,n] with n images.`);
  }
  const isVector = labels.dims.length === 2 && labels.dims.includes(1);
  if (!isVector || labels.dims[0]! * labels.dims[1]! !== count) {
    throw new FileError(
      `${name}: y is ${formatShape(labels.dims)}, expected [${count},1]: one label for each image of X ${formatShape(pixels.dims)}.`,
    );
  }
  await checkMatNumbers(pixels);
  return { source, pixels, labels, count };
}

/** Reads files one behind the other into one set; the images are in memory once. */
export async function readOpened(parts: readonly OpenedSvhn[]): Promise<ImageSet> {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const images = allocateForAll(
    parts.map(({ source }) => source),
    count * imageBytes,
  );
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

async function readLabels({ source, labels: variable }: OpenedSvhn, labels: Uint8Array): Promise<void> {
  const numbers = await readMatNumbers(variable);
  for (let i = 0; i < labels.length; i++) {
    const label = numbers[i]!;
    if (!(Number.isInteger(label) && label >= 1 && label <= 10)) {
      throw new FileError(
        `${source.name}: y(${i + 1}) is ${label}, labels are 1 to 10 (10 for the digit 0).`,
      );
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

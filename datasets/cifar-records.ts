/**
 * @file The records of CIFAR's binary version: one or two label bytes, then the red, the green and the blue plane of a
 * 32x32 image, rows from the top. A file is nothing but records.
 */

import { FileError } from "../engine/errors.ts";
import type { ImageSet } from "./dataset.ts";
import { deleteAdvice, readUnpacked } from "./gzip.ts";
import { allocateFor, mostMemory, tooLarge } from "./memory.ts";

/** A label byte in front of each image. */
export interface LabelByte {
  /** for messages, e.g. "fine label" */
  readonly name: string;
  readonly classes: number;
}

export interface RecordLayout {
  readonly labels: readonly LabelByte[];
  /** which of the label bytes becomes the label */
  readonly chosen: number;
}

const size = 32;
const planeBytes = size * size;
const channels = 3;
const imageBytes = planeBytes * channels;

/** Records read at once. */
const blockRecords = 256;

/** A file and how many images it has. */
export interface CountedFile {
  readonly path: string;
  readonly count: number;
}

/** Counts the images of a file, by its size before packing. @throws FileError if it is not a whole number of records */
export async function countRecords(path: string, layout: RecordLayout): Promise<CountedFile> {
  const record = recordBytes(layout);
  const bytes = await readUnpacked(path, async ({ reader, packed, mostBytes }) =>
    packed ? reader.drain(mostMemory()) : mostBytes,
  );
  if (bytes > mostMemory()) throw tooLarge(path, bytes);
  if (bytes > 0 && bytes % record === 0) return { path, count: bytes / record };
  throw new FileError(
    `${path}: truncated or not a CIFAR file, ${bytes} bytes are not a positive multiple of ${record} (` +
      `${layout.labels.length} label byte${layout.labels.length > 1 ? "s" : ""} + ${imageBytes} pixel bytes). ${deleteAdvice}`,
  );
}

/**
 * Reads files one behind the other into one set; the images are in memory once, as [n, h, w, c].
 * @throws FileError if a file cannot be read to its end or has a label out of range
 */
export async function readRecords(files: readonly CountedFile[], layout: RecordLayout): Promise<ImageSet> {
  const count = files.reduce((sum, file) => sum + file.count, 0);
  const images = allocateFor(files.map(({ path }) => path).join(", "), count * imageBytes);
  const labels = new Uint8Array(count);
  let first = 0;
  for (const file of files) {
    const end = first + file.count;
    await readFile(
      file.path,
      layout,
      images.subarray(first * imageBytes, end * imageBytes),
      labels.subarray(first, end),
    );
    first = end;
  }
  return { images, labels, count, height: size, width: size, channels };
}

async function readFile(
  path: string,
  layout: RecordLayout,
  images: Uint8Array,
  labels: Uint8Array,
): Promise<void> {
  const record = recordBytes(layout);
  const block = new Uint8Array(blockRecords * record);
  await readUnpacked(path, async ({ reader }) => {
    for (let image = 0; image < labels.length; image++) {
      const inBlock = image % blockRecords;
      if (inBlock === 0) await reader.readInto(block.subarray(0, (labels.length - image) * record));
      const start = inBlock * record;
      labels[image] = checkedLabel(path, layout, block, start, image, labels.length);
      const planes = block.subarray(start + layout.labels.length, start + record);
      interleave(planes, images.subarray(image * imageBytes, (image + 1) * imageBytes));
    }
  });
}

function checkedLabel(
  path: string,
  { labels, chosen }: RecordLayout,
  block: Uint8Array,
  start: number,
  image: number,
  count: number,
): number {
  labels.forEach(({ name, classes }, i) => {
    const found = block[start + i]!;
    if (found < classes) return;
    throw new FileError(
      `${path}: damaged, the ${name} of image ${image} (of ${count}, from 0) is ${found}, expected 0 to ${classes - 1}. ${deleteAdvice}`,
    );
  });
  return block[start + chosen]!;
}

/** [c, h, w] becomes [h, w, c]. */
function interleave(planes: Uint8Array, image: Uint8Array): void {
  for (let pixel = 0, at = 0; pixel < planeBytes; pixel++) {
    image[at++] = planes[pixel]!;
    image[at++] = planes[planeBytes + pixel]!;
    image[at++] = planes[2 * planeBytes + pixel]!;
  }
}

function recordBytes({ labels }: RecordLayout): number {
  return labels.length + imageBytes;
}

/**
 * @file The records of CIFAR's binary version: one or two label bytes, then the red, the green and the blue plane of a
 * 32x32 image, rows from the top. A file is nothing but records.
 */

import { FileError } from "../../engine/errors.ts";
import { checkChoice } from "../../engine/options.ts";
import { allocateForAll, tooLarge } from "./allocate.ts";
import { type ByteSource, type FileBytes, sourcesOf } from "./byte-source.ts";
import { cifar10Classes, cifar100CoarseClasses, cifar100FineClasses } from "./cifar-classes.ts";
import { deleteAdvice, readUnpacked } from "./gzip.ts";
import type { ImageSet } from "./image-set.ts";

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

/** Which of its two labels an image of CIFAR-100 gets: 100 fine classes, or the 20 coarse ones that group them by five. */
export type Cifar100Labels = "fine" | "coarse";

export const cifar10Layout: RecordLayout = {
  labels: [{ name: "label", classes: cifar10Classes.length }],
  chosen: 0,
};

export function cifar100Layout(labels: Cifar100Labels): RecordLayout {
  return {
    labels: [
      { name: "coarse label", classes: cifar100CoarseClasses.length },
      { name: "fine label", classes: cifar100FineClasses.length },
    ],
    chosen: labels === "coarse" ? 0 : 1,
  };
}

/**
 * Images [n, 32, 32, 3] with labels 0 to 9 from one or more files of CIFAR-10's binary version, one behind the other.
 * @throws FileError if a file is no whole number of images or has a label out of range
 */
export function readCifar10(...files: readonly FileBytes[]): Promise<ImageSet> {
  return readFiles(files, cifar10Layout);
}

/**
 * Images [n, 32, 32, 3] from a file of CIFAR-100's binary version, with their labels: fine 0 to 99, or coarse 0 to 19.
 * @throws FileError if the file is no whole number of images or has a label out of range
 */
export async function readCifar100(file: FileBytes, labels: Cifar100Labels = "fine"): Promise<ImageSet> {
  checkChoice("readCifar100", "labels", labels, ["fine", "coarse"]);
  return readFiles([file], cifar100Layout(labels));
}

async function readFiles(files: readonly FileBytes[], layout: RecordLayout): Promise<ImageSet> {
  const counted: CountedFile[] = [];
  for (const source of sourcesOf(files, "CIFAR file")) counted.push(await countRecords(source, layout));
  return readRecords(counted, layout);
}

/** A file and how many images it has. */
export interface CountedFile {
  readonly source: ByteSource;
  readonly count: number;
}

/** Counts the images of a file, by its size before packing. @throws FileError if it is not a whole number of records */
export async function countRecords(source: ByteSource, layout: RecordLayout): Promise<CountedFile> {
  const record = recordBytes(layout);
  const { name, mostMemory } = source;
  const bytes = await readUnpacked(source, async ({ reader, packed, mostBytes }) =>
    packed ? reader.drain(mostMemory) : mostBytes,
  );
  if (bytes > mostMemory) throw tooLarge(name, bytes);
  if (bytes > 0 && bytes % record === 0) return { source, count: bytes / record };
  throw new FileError(
    `${name}: truncated or not a CIFAR file, ${bytes} bytes are not a positive multiple of ${record} (` +
      `${layout.labels.length} label byte${layout.labels.length > 1 ? "s" : ""} + ${imageBytes} pixel bytes). ${deleteAdvice}`,
  );
}

/**
 * Reads files one behind the other into one set; the images are in memory once, as [n, h, w, c].
 * @throws FileError if a file cannot be read to its end or has a label out of range
 */
export async function readRecords(files: readonly CountedFile[], layout: RecordLayout): Promise<ImageSet> {
  const count = files.reduce((sum, file) => sum + file.count, 0);
  const images = allocateForAll(
    files.map(({ source }) => source),
    count * imageBytes,
  );
  const labels = new Uint8Array(count);
  let first = 0;
  for (const file of files) {
    const end = first + file.count;
    await readFile(
      file.source,
      layout,
      images.subarray(first * imageBytes, end * imageBytes),
      labels.subarray(first, end),
    );
    first = end;
  }
  return { images, labels, count, height: size, width: size, channels };
}

async function readFile(
  source: ByteSource,
  layout: RecordLayout,
  images: Uint8Array,
  labels: Uint8Array,
): Promise<void> {
  const record = recordBytes(layout);
  const block = new Uint8Array(blockRecords * record);
  await readUnpacked(source, async ({ reader }) => {
    for (let image = 0; image < labels.length; image++) {
      const inBlock = image % blockRecords;
      if (inBlock === 0) await reader.readInto(block.subarray(0, (labels.length - image) * record));
      const start = inBlock * record;
      labels[image] = checkedLabel(source.name, layout, block, start, image, labels.length);
      const planes = block.subarray(start + layout.labels.length, start + record);
      interleave(planes, images.subarray(image * imageBytes, (image + 1) * imageBytes));
    }
  });
}

function checkedLabel(
  name: string,
  { labels, chosen }: RecordLayout,
  block: Uint8Array,
  start: number,
  image: number,
  count: number,
): number {
  labels.forEach(({ name: kind, classes }, i) => {
    const found = block[start + i]!;
    if (found < classes) return;
    throw new FileError(
      `${name}: damaged, the ${kind} of image ${image} (of ${count}, from 0) is ${found}, expected 0 to ${classes - 1}. ${deleteAdvice}`,
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

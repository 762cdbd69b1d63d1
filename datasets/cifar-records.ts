/**
 * @file The records of CIFAR's binary version: one or two label bytes, then the red, the green and the blue plane of a
 * 32x32 image, rows from the top. A file is nothing but records.
 */

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { FileError } from "../engine/errors.ts";
import { ByteReader, EndOfBytesError } from "./byte-reader.ts";
import type { ImageSet } from "./dataset.ts";
import { fileError } from "./files.ts";
import { deleteAdvice } from "./gzip.ts";

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

/** Images in a file, from its size. @throws FileError if it is not a whole number of records */
export async function countRecords(path: string, layout: RecordLayout): Promise<number> {
  const record = recordBytes(layout);
  const { size: bytes } = await stat(path).catch((error: unknown) => {
    throw fileError("read", path, error);
  });
  if (bytes > 0 && bytes % record === 0) return bytes / record;
  throw new FileError(
    `${path}: truncated or not a CIFAR file, ${bytes} bytes are not a positive multiple of ${record} (` +
      `${layout.labels.length} label byte${layout.labels.length > 1 ? "s" : ""} + ${imageBytes} pixel bytes). ${deleteAdvice}`,
  );
}

/**
 * Reads files one behind the other into one set; the images are in memory once, as [n, h, w, c].
 * @throws FileError if a file is truncated or has a label out of range
 */
export async function readRecords(paths: readonly string[], layout: RecordLayout): Promise<ImageSet> {
  const counts = await Promise.all(paths.map((path) => countRecords(path, layout)));
  const count = counts.reduce((sum, part) => sum + part, 0);
  const images = new Uint8Array(count * imageBytes);
  const labels = new Uint8Array(count);
  let first = 0;
  for (const [i, path] of paths.entries()) {
    const end = first + counts[i]!;
    await readFile(
      path,
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
  const chunks = createReadStream(path, { highWaterMark: 1 << 20 });
  const reader = new ByteReader(chunks);
  const block = new Uint8Array(blockRecords * record);
  try {
    for (let image = 0; image < labels.length; image++) {
      const inBlock = image % blockRecords;
      if (inBlock === 0) await reader.readInto(block.subarray(0, (labels.length - image) * record));
      const start = inBlock * record;
      labels[image] = checkedLabel(path, layout, block, start, image, labels.length);
      const planes = block.subarray(start + layout.labels.length, start + record);
      interleave(planes, images.subarray(image * imageBytes, (image + 1) * imageBytes));
    }
  } catch (error) {
    if (error instanceof EndOfBytesError) throw new FileError(`${path}: became shorter while it was read.`);
    throw fileError("read", path, error);
  } finally {
    chunks.destroy();
  }
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

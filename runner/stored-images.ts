/** @file Photographs that stay on disk, of which a run reads as many as it needs at a time. */
import type { ImageSet, StoredImages } from "../datasets/formats/image-set.ts";
import { takeImages } from "../datasets/splits.ts";
import { isStored } from "../models/data/stored-samples.ts";
import { thumbnails } from "./thumbnails.ts";

/** The images with these numbers, in this order; they stay where they are. */
export function takeStored(set: StoredImages, indices: Uint32Array): StoredImages {
  const within = (part: Uint32Array) => part.map((place) => indices[place]!);
  return {
    ...set,
    count: indices.length,
    labels: takeLabels(set, indices),
    read: (parts) => set.read(mapped(parts, within)),
  };
}

function* mapped<A, B>(values: Iterable<A>, change: (value: A) => B): Generator<B, void, undefined> {
  for (const value of values) yield change(value);
}

function takeLabels({ labels }: StoredImages, indices: Uint32Array) {
  const taken = labels.slice(0, indices.length);
  indices.forEach((from, to) => {
    taken[to] = labels[from]!;
  });
  return taken;
}

/** All images in parts of `size`, the last may have fewer; of stored ones some parts are read ahead. */
export async function* imageParts(
  set: ImageSet | StoredImages,
  size: number,
): AsyncGenerator<ImageSet, void, undefined> {
  const parts = Array.from({ length: Math.ceil(set.count / size) }, (_, i) =>
    Uint32Array.from({ length: Math.min(size, set.count - i * size) }, (_, k) => i * size + k),
  );
  if (!isStored(set)) {
    for (const part of parts) yield takeImages(set, part);
    return;
  }
  const [height, width, channels] = set.inputShape;
  let read = 0;
  for await (const images of set.read(parts)) {
    const labels = takeLabels(set, parts[read++]!);
    yield { images, labels, count: labels.length, height, width, channels };
  }
}

const portion = 64;

/** Small ones of all images, for a report. */
export async function smallImages(set: ImageSet | StoredImages): Promise<ImageSet> {
  if (!isStored(set)) return thumbnails(set);
  const small: ImageSet[] = [];
  for await (const part of imageParts(set, portion)) small.push(thumbnails(part));
  const { height, width, channels } = small[0]!;
  const bytes = height * width * channels;
  const images = new Uint8Array(set.count * bytes);
  for (const [i, part] of small.entries()) images.set(part.images, i * portion * bytes);
  return { images, labels: set.labels, count: set.count, height, width, channels };
}

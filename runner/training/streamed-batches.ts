/** @file Batches of a data set that stays in main memory, in the order of one that is on the GPU. */
import type { ImageSet } from "../../datasets/dataset.ts";
import { takeImages } from "../../datasets/splits.ts";
import type { HostBatch } from "../../models/data/batch-iterator.ts";
import { identityOrder, shuffled } from "../../models/data/order.ts";

export interface StreamOptions {
  readonly batch: number;
  readonly seed: number;
  readonly shuffle: boolean;
  /** where the first batch is: a resumed run goes on within an epoch */
  readonly position: { readonly epoch: number; readonly batch: number };
}

/** Epoch after epoch without end. */
export function* streamedBatches(
  set: ImageSet,
  classes: number,
  options: StreamOptions,
): Generator<HostBatch> {
  const { batch: size, seed, shuffle, position } = options;
  const { height, width, channels } = set;
  const all = identityOrder(set.count);
  for (let { epoch, batch } = position; ; epoch++, batch = 0) {
    const order = shuffle ? shuffled(all, seed, epoch) : all;
    for (let first = batch * size; first < set.count; first += size) {
      const { images, labels } = takeImages(set, order.subarray(first, first + size));
      yield { inputs: images, inputShape: [height, width, channels], scale: 1 / 255, labels, classes };
    }
  }
}

export function batchesPerEpoch(images: number, batch: number): number {
  return Math.ceil(images / batch);
}

/** @file Batches of a data set that stays in main memory, in the order of one that is on the GPU. */
import type { HostBatch } from "../../models/data/batch-iterator.ts";
import { identityOrder, shuffled } from "../../models/data/order.ts";
import { hostDataset, type LoadedSet, takeSamples } from "../samples.ts";

export interface StreamOptions {
  readonly batch: number;
  readonly seed: number;
  readonly shuffle: boolean;
  /** where the first batch is: a resumed run goes on within an epoch */
  readonly position: { readonly epoch: number; readonly batch: number };
}

/** Epoch after epoch without end. */
export function* streamedBatches(
  set: LoadedSet,
  classes: number,
  options: StreamOptions,
): Generator<HostBatch> {
  const { batch: size, seed, shuffle, position } = options;
  const all = identityOrder(set.count);
  for (let { epoch, batch } = position; ; epoch++, batch = 0) {
    const order = shuffle ? shuffled(all, seed, epoch) : all;
    for (let first = batch * size; first < set.count; first += size) {
      yield hostDataset(takeSamples(set, order.subarray(first, first + size)), classes);
    }
  }
}

export function batchesPerEpoch(images: number, batch: number): number {
  return Math.ceil(images / batch);
}

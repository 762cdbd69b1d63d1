/** @file A set of images as a data set on the GPU. */
import type { ImageSet } from "../datasets/dataset.ts";
import type { Engine } from "../engine/device.ts";
import { GpuDataset } from "../kernels/gather/index.ts";

/** Bytes and labels stay on the GPU until dispose(); networks get the bytes divided by 255. */
export function uploadImages(engine: Engine, set: ImageSet, classes: number): GpuDataset {
  const { images, height, width, channels, labels } = set;
  return GpuDataset.upload(engine, {
    inputs: images,
    inputShape: [height, width, channels],
    scale: 1 / 255,
    labels,
    classes,
  });
}

/** @file The files of MNIST and Fashion-MNIST: 28x28 grey images and their labels, an IDX file each. */

import { FileError, formatShape } from "../../engine/errors.ts";
import { type FileBytes, sourceOf } from "./byte-source.ts";
import { readIdx } from "./idx.ts";
import type { ImageSet } from "./image-set.ts";

const size = 28;
const classCount = 10;

/**
 * Images [n, 28, 28, 1] with labels 0 to 9 from two IDX files, packed with gzip or not.
 * @throws FileError if a file is damaged, is no IDX file, holds images of another size, or a label out of range, or if
 * there are not as many labels as images
 */
export async function readMnist(imageFile: FileBytes, labelFile: FileBytes): Promise<ImageSet> {
  const imageSource = sourceOf(imageFile, "image file");
  const labelSource = sourceOf(labelFile, "label file");
  const { values: labels } = await readIdx(labelSource, 1);
  const { shape, values: images } = await readIdx(imageSource, 3);
  const [count = 0, height, width] = shape;
  if (height !== size || width !== size || count === 0) {
    throw new FileError(
      `${imageSource.name}: the images are ${formatShape(shape)}, expected [n,${size},${size}] with n images.`,
    );
  }
  if (labels.length !== count) {
    throw new FileError(
      `${labelSource.name}: ${labels.length} labels for the ${count} images of ${imageSource.name}.`,
    );
  }
  const wrong = labels.findIndex((label) => label >= classCount);
  if (wrong >= 0) {
    throw new FileError(
      `${labelSource.name}: damaged, label ${wrong} (of ${count}, from 0) is ${labels[wrong]}, expected 0 to ${classCount - 1}.`,
    );
  }
  return { images, labels, count, height, width, channels: 1 };
}

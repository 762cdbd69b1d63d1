/** @file What a file of images becomes: bytes in row-major order, with a label for each image. */

/** Class indices from 0: bytes, or two of them each where there are more than 256 classes. */
export type Labels = Uint8Array | Uint16Array;

/** The most classes of a user's own data: the report's confusion matrix has their square. */
export const mostClasses = 8192;

/** Labels of this many classes, as small as they can be. */
export function labelsFrom(labels: ArrayLike<number>, classes: number): Labels {
  return classes <= 256 ? Uint8Array.from(labels) : Uint16Array.from(labels);
}

/** Images as bytes, with one class label each. */
export interface ImageSet {
  /** [count, height, width, channels], row-major, 0..255 */
  readonly images: Uint8Array;
  /** [count], class index from 0 */
  readonly labels: Labels;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Images that are read when they are wanted, with one class label each; what fit(), evaluate() and predict() take as it is. */
export interface StoredImages {
  readonly count: number;
  /** of one image: [height, width, channels] */
  readonly inputShape: readonly [height: number, width: number, channels: number];
  /** networks get the bytes multiplied by it */
  readonly scale: number;
  /** [count], class index from 0 */
  readonly labels: Labels;
  readonly classes: number;
  /** For each part, numbers of images, their bytes [n, ...inputShape], row-major; some parts are read ahead. Rejects with FileError. */
  read(parts: Iterable<Uint32Array>): AsyncGenerator<Uint8Array, void, undefined>;
}

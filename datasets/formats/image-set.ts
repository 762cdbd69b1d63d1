/** @file What a file of images becomes: bytes in row-major order, with a label for each image. */

/** Images as bytes, with one class label each. */
export interface ImageSet {
  /** [count, height, width, channels], row-major, 0..255 */
  readonly images: Uint8Array;
  /** [count], class index from 0 */
  readonly labels: Uint8Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

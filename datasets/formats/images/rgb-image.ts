/** @file A picture in memory, and the limit for what a file may claim to hold. */

export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3], row-major, 0..255 */
  readonly pixels: Uint8Array;
}

/** Whether the camera's note on how it was held turns the picture: "ignore" as PIL and Keras do, or "apply". */
export type Orientation = "ignore" | "apply";

/** Pixels that a picture may have unless said otherwise: 150 MB as RGB. */
export const defaultMaxPixels = 50_000_000;

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

/** Of pixels [..., 4] the colours as they stand. */
export function withoutAlpha(data: ArrayLike<number>): Uint8Array {
  const pixels = new Uint8Array((data.length / 4) * 3);
  for (let from = 0, to = 0; from < data.length; from += 4) {
    for (let c = 0; c < 3; c++) pixels[to++] = data[from + c]!;
  }
  return pixels;
}

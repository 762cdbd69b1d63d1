/** @file Small pictures of photographs, for reports. */
import type { ImageSet } from "../datasets/formats/image-set.ts";

/** Reports show hundreds of photographs: larger ones would make files that no browser likes. */
const largestThumbnail = 128;

/** Means over squares of a whole number of pixels; small images stay as they are. */
export function thumbnails(set: ImageSet): ImageSet {
  const { images, count, height, width, channels } = set;
  const factor = Math.ceil(Math.max(height, width) / largestThumbnail);
  if (factor === 1) return set;
  const [rows, columns] = [Math.floor(height / factor), Math.floor(width / factor)];
  const small = new Uint8Array(count * rows * columns * channels);
  const rowSize = width * channels;
  let to = 0;
  for (let i = 0; i < count; i++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const corner = i * height * rowSize + row * factor * rowSize + column * factor * channels;
        for (let channel = 0; channel < channels; channel++) {
          let sum = 0;
          for (let y = 0; y < factor; y++)
            for (let x = 0; x < factor; x++) sum += images[corner + y * rowSize + x * channels + channel]!;
          small[to++] = Math.round(sum / factor ** 2);
        }
      }
    }
  }
  return { ...set, images: small, height: rows, width: columns };
}

/** @file Images of bytes as PNG files: one alone, or many in a grid, every pixel enlarged to a square. */

import { PNG } from "pngjs";
import { formatShape, ShapeError } from "../engine/errors.ts";
import type { ReportImages } from "./run-report.ts";

export interface GridOptions {
  readonly columns: number;
  /** size of one image pixel in the PNG; 1 if absent */
  readonly scale?: number;
  /** transparent pixels between columns and between rows; none if absent */
  readonly gap?: { readonly x: number; readonly y: number };
}

/** Images in row order, [n, h, w, c] with c = 1 or 3, as the bytes of a PNG. */
export function imageGridPng(images: ReportImages, options: GridOptions): Buffer {
  checkImages(images);
  const { columns, scale = 1, gap = { x: 0, y: 0 } } = options;
  const rows = Math.ceil(images.count / columns);
  const stepX = images.width * scale + gap.x;
  const stepY = images.height * scale + gap.y;
  const png = new PNG({ width: columns * stepX - gap.x, height: rows * stepY - gap.y });
  for (let index = 0; index < images.count; index++) {
    const x = (index % columns) * stepX;
    const y = Math.floor(index / columns) * stepY;
    drawImage(png, images, index, x, y, scale);
  }
  return PNG.sync.write(png);
}

/** One image at its own size, as the bytes of a PNG. */
export function imagePng(images: ReportImages, index: number): Buffer {
  return imageGridPng(gatherImages(images, [index]), { columns: 1 });
}

/** The images of the given indices, copied. */
export function gatherImages(images: ReportImages, indices: readonly number[]): ReportImages {
  const size = images.height * images.width * images.channels;
  const bytes = new Uint8Array(indices.length * size);
  indices.forEach((index, i) => {
    bytes.set(images.images.subarray(index * size, (index + 1) * size), i * size);
  });
  const { height, width, channels } = images;
  return { images: bytes, count: indices.length, height, width, channels };
}

/** `data:image/png;base64,...` */
export function pngDataUri(png: Uint8Array): string {
  return `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
}

/** The images of a PNG in which they stand one below the other, without gaps. Throws ShapeError if it has not so many rows. */
export function imagesOfPng(bytes: Buffer, count: number, channels: number): ReportImages {
  const { width, height: rows, data } = PNG.sync.read(bytes);
  if (rows % count !== 0) throw new ShapeError(`report: ${count} images in a PNG of ${rows} rows.`);
  const images = new Uint8Array(width * rows * channels);
  for (let pixel = 0; pixel < width * rows; pixel++) {
    for (let c = 0; c < channels; c++) images[pixel * channels + c] = data[4 * pixel + c]!;
  }
  return { images, count, height: rows / count, width, channels };
}

function drawImage(png: PNG, images: ReportImages, index: number, left: number, top: number, scale: number) {
  const { images: bytes, height, width, channels } = images;
  const base = index * height * width * channels;
  for (let y = 0; y < height * scale; y++) {
    for (let x = 0; x < width * scale; x++) {
      const source = base + (Math.floor(y / scale) * width + Math.floor(x / scale)) * channels;
      const target = ((top + y) * png.width + left + x) * 4;
      for (let c = 0; c < 3; c++) png.data[target + c] = bytes[source + (channels === 3 ? c : 0)]!;
      png.data[target + 3] = 255;
    }
  }
}

function checkImages({ images, count, height, width, channels }: ReportImages): void {
  const shape = formatShape([count, height, width, channels]);
  if (channels !== 1 && channels !== 3) {
    throw new ShapeError(`report: images need 1 (grey) or 3 (RGB) channels. images ${shape} (n,h,w,c).`);
  }
  if (count < 1 || images.length < count * height * width * channels) {
    throw new ShapeError(`report: images ${shape} (n,h,w,c) do not fit ${images.length} bytes.`);
  }
}

/** @file Pixels of a picture in a page, or a worker of one: the browser's own decoder, and its canvas. */
import { ArgumentError, FileError } from "../../../../engine/errors.ts";
import { checkPng } from "../png.ts";
import { type RgbImage, withoutAlpha } from "../rgb-image.ts";
import type { Decode, PixelsOf } from "./decode.ts";
import { withoutExif } from "./exif.ts";

/** A canvas multiplies colours by their alpha: where a picture is transparent they are nearly, not exactly, those of the file. */
export const decode: Decode = async (bytes, { name, header, orientation }) => {
  if (header.format === "PNG") await checkPng(bytes, name);
  const file = orientation === "apply" ? Uint8Array.from(bytes) : withoutExif(bytes, header.format);
  const bitmap = await createImageBitmap(new Blob([file]), {
    colorSpaceConversion: "none",
    premultiplyAlpha: "none",
    imageOrientation: "from-image",
  }).catch((cause: Error) => {
    throw new FileError(`${name}: damaged, cannot be decoded: ${cause.message}`, { cause });
  });
  const image = draw(bitmap, bitmap);
  bitmap.close();
  return image;
};

/** What is shown on the page, in its own size. */
export const pixelsOf: PixelsOf = (source, name) => {
  const size = sizeOf(source as CanvasImageSource);
  if (!size) return undefined;
  if (size.width === 0 || size.height === 0) {
    throw new ArgumentError(
      `images: ${name} has not loaded yet, or has no pixels: await image.decode() first.`,
    );
  }
  try {
    return draw(source as CanvasImageSource, size);
  } catch (cause) {
    throw new FileError(
      `images: ${name} is from another site that does not let its pixels be read: ${(cause as Error).message}`,
      { cause },
    );
  }
};

interface Size {
  readonly width: number;
  readonly height: number;
}

/** In a worker there are no elements. */
function sizeOf(source: CanvasImageSource): Size | undefined {
  if (typeof HTMLImageElement === "function" && source instanceof HTMLImageElement)
    return { width: source.naturalWidth, height: source.naturalHeight };
  if (typeof HTMLVideoElement === "function" && source instanceof HTMLVideoElement)
    return { width: source.videoWidth, height: source.videoHeight };
  const isCanvas = typeof HTMLCanvasElement === "function" && source instanceof HTMLCanvasElement;
  return isCanvas || source instanceof OffscreenCanvas || source instanceof ImageBitmap ? source : undefined;
}

function draw(source: CanvasImageSource, { width, height }: Size): RgbImage {
  const canvas = new OffscreenCanvas(width, height).getContext("2d")!;
  canvas.drawImage(source, 0, 0, width, height);
  const { data } = canvas.getImageData(0, 0, width, height);
  return { width, height, pixels: withoutAlpha(data) };
}

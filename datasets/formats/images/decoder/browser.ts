/** @file Pixels of a picture in a page, or a worker of one: the browser's own decoder. */
import { FileError } from "../../../../engine/errors.ts";
import { checkPng } from "../png.ts";
import type { Decode } from "./decode.ts";

/** A canvas multiplies colours by their alpha: where a picture is transparent they are nearly, not exactly, those of the file. */
export const decode: Decode = async (bytes, { name, header, orientation }) => {
  if (header.format === "PNG") await checkPng(bytes, name);
  const bitmap = await createImageBitmap(new Blob([Uint8Array.from(bytes)]), {
    colorSpaceConversion: "none",
    premultiplyAlpha: "none",
    imageOrientation: orientation === "apply" ? "from-image" : ("none" as ImageOrientation),
  }).catch((cause: Error) => {
    throw new FileError(`${name}: damaged, cannot be decoded: ${cause.message}`, { cause });
  });
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height).getContext("2d")!;
  canvas.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = canvas.getImageData(0, 0, width, height);
  const pixels = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < data.length; from += 4) {
    for (let c = 0; c < 3; c++) pixels[to++] = data[from + c]!;
  }
  return { width, height, pixels };
};

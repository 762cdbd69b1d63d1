/** @file A visitor's file as a picture of the size that the network takes. */
import { type ImageHeader, readImageHeader } from "../../datasets/formats/images/header.ts";
import { images } from "../../datasets/formats/images/images.ts";
import { FileError } from "../../engine/errors.ts";

/** Bytes [h, w, c], or why there are none: it is no image that is read, it is damaged, or it is too large to be decoded here. */
export type PictureFile =
  | { readonly picture: Uint8Array }
  | { readonly problem: "unread" | "damaged" | "large"; readonly message: string };

/** Decoded it takes four bytes a pixel, beside the network. */
const mostPixels = 32_000_000;
const mostBytes = 64_000_000;

/** Resized as predict() does it: to the network's height and width, whatever its own proportions. */
export async function pictureFrom(file: File, shape: readonly number[]): Promise<PictureFile> {
  const tooLarge = (what: string): PictureFile => ({ problem: "large", message: `${file.name}: ${what}.` });
  if (file.size > mostBytes) return tooLarge(`${Math.ceil(file.size / 1e6)} MB`);
  let header: ImageHeader | undefined;
  try {
    header = readImageHeader(new Uint8Array(await file.arrayBuffer()), file.name);
    const { width, height } = header;
    if (width * height > mostPixels) return tooLarge(`${width} x ${height} pixels`);
    const { inputs } = await images(file, { orientation: "apply" }).samplesOf(shape);
    return { picture: inputs };
  } catch (error) {
    if (!(error instanceof FileError || error instanceof DOMException)) throw error;
    return { problem: header ? "damaged" : "unread", message: error.message };
  }
}

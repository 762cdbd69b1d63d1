/** @file One photograph of a folder: the file -> pixels of the wanted size. */
import { createHash } from "node:crypto";
import { FileError, formatBytes } from "../../../engine/errors.ts";
import { readImageHeader } from "../../formats/images/header.ts";
import { decodeImage, type Orientation, type ResizeFilter, resizeImage } from "../../formats/images/image.ts";
import { openRegularFile } from "../files.ts";

/** What is made of every photograph. */
export interface Preparation {
  readonly height: number;
  readonly width: number;
  readonly filter: ResizeFilter;
  readonly orientation: Orientation;
  readonly maxPixels: number;
}

export interface PreparedImage {
  /** [height, width, 3] */
  readonly pixels: Uint8Array;
  /** of the file */
  readonly md5: string;
  readonly bytes: number;
}

const mostBytes = 256 * 2 ** 20;

/** Throws FileError, naming the file, if it is no whole photograph. */
export async function decodeFile(path: string, preparation: Preparation): Promise<PreparedImage> {
  const { height, width, filter, orientation, maxPixels } = preparation;
  const bytes = await readWhole(path);
  const image = await decodeImage(bytes, { name: path, maxPixels, orientation });
  const { pixels } = resizeImage(image, { height, width, filter });
  return { pixels, md5: md5Of(bytes), bytes: bytes.length };
}

/** Length and checksum of a file whose first bytes are those of a picture, or why it is none. */
export async function surveyFile(
  path: string,
): Promise<{ readonly bytes: number; readonly md5: string } | { readonly broken: string }> {
  try {
    const bytes = await readWhole(path);
    readImageHeader(bytes, path);
    return { bytes: bytes.length, md5: md5Of(bytes) };
  } catch (error) {
    if (error instanceof FileError) return { broken: error.message };
    throw error;
  }
}

function md5Of(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}

async function readWhole(path: string): Promise<Uint8Array> {
  const file = await openRegularFile(path);
  try {
    const { size } = await file.stat();
    if (size > mostBytes)
      throw new FileError(
        `${path}: ${formatBytes(size)} are too large for a photograph (${formatBytes(mostBytes)}).`,
      );
    return await file.readFile();
  } finally {
    await file.close();
  }
}

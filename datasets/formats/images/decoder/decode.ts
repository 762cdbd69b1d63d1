/** @file What the decoders of Node and of a page have in common. `#image-decoder` in package.json chooses between them. */
import type { ImageHeader } from "../header.ts";
import type { Orientation, RgbImage } from "../rgb-image.ts";

export interface DecodeRequest {
  readonly name: string;
  readonly header: ImageHeader;
  readonly maxPixels: number;
  readonly orientation: Orientation;
}

/** Throws FileError, naming the file, for bytes that are no whole picture. */
export type Decode = (bytes: Uint8Array, request: DecodeRequest) => Promise<RgbImage>;

/** The pixels of what a canvas draws; undefined for anything else, and in Node. Throws ArgumentError, FileError. */
export type PixelsOf = (source: unknown, name: string) => RgbImage | undefined;

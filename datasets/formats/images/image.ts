/** @file Photographs: the bytes of a JPEG, PNG or WebP -> pixels, in Node and in a page. */
import { decode } from "#image-decoder";
import { ArgumentError, FileError } from "../../../engine/errors.ts";
import { checkChoice, checkOption, checkOptionNames, written } from "../../../engine/options.ts";
import { type ImageHeader, readImageHeader } from "./header.ts";
import { defaultMaxPixels, type Orientation, type RgbImage } from "./rgb-image.ts";

export { type ResizeFilter, type ResizeOptions, resizeFilters, resizeImage } from "./resize.ts";
export { defaultMaxPixels, type Orientation, type RgbImage } from "./rgb-image.ts";

/** Options of decodeImage(): the name for messages, how large a picture may be, and its orientation. */
export interface DecodeOptions {
  /** of the file, for messages */
  readonly name: string;
  /** a picture of more pixels is refused before anything is allocated. Default 50,000,000 */
  readonly maxPixels?: number;
  /** "ignore" (default): pixels as they are stored, as by PIL and Keras; "apply": turned as EXIF says */
  readonly orientation?: Orientation;
}

/**
 * Pixels of a JPEG (baseline, progressive, grey, CMYK), PNG (every type) or WebP (the first picture), known by its bytes, not
 * its name. As PIL's convert("RGB"), but that 16 bits keep their high byte: alpha is dropped; colour profile, gamma and, unless
 * `orientation` is "apply", EXIF's orientation are not applied.
 * @throws FileError, naming the file, for one that is cut off, damaged, too large or of another format
 * @throws WgradError in Node without the package sharp
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions): Promise<RgbImage> {
  checkOptionNames("decodeImage", options, { name: true, maxPixels: true, orientation: true });
  const { name, maxPixels = defaultMaxPixels, orientation = "ignore" } = options;
  checkOption("decodeImage", "maxPixels", maxPixels, () => maxPixels >= 1, "a number of pixels");
  checkChoice("decodeImage", "orientation", orientation, ["ignore", "apply"]);
  if (!(bytes instanceof Uint8Array) || typeof name !== "string")
    throw new ArgumentError(
      `decodeImage: needs the bytes of a file, and its name in the options, got ${written(bytes)} and ${written(name)}.`,
    );
  const header = readImageHeader(bytes, name);
  checkSize(header, name, maxPixels);
  if (header.format === "JPEG") checkScans(bytes, name);
  return decode(bytes, { name, header, maxPixels, orientation });
}

function checkSize({ width, height }: ImageHeader, name: string, maxPixels: number): void {
  if (width * height <= maxPixels) return;
  throw new FileError(
    `${name}: ${width} x ${height} pixels are too large: at most ${maxPixels.toLocaleString("en-US")} are read.`,
  );
}

/** A progressive JPEG goes over the whole picture once per scan; some ten are usual. */
const mostScans = 200;

function checkScans(bytes: Uint8Array, name: string): void {
  let scans = 0;
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === 0xda) scans++;
  }
  if (scans <= mostScans) return;
  throw new FileError(`${name}: damaged: a JPEG of ${scans} scans, at most ${mostScans} are read.`);
}

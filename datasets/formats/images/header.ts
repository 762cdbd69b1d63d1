/** @file What the first bytes of a picture say: its format and size. Nothing is decoded and nothing allocated. */
import { FileError } from "../../../engine/errors.ts";

export type ImageFormat = "JPEG" | "PNG" | "WebP";

export interface ImageHeader {
  readonly format: ImageFormat;
  readonly width: number;
  readonly height: number;
}

/** Formats that are known by their first bytes, and not read. */
const unread: readonly (readonly [magic: string, format: string])[] = [
  ["GIF8", "a GIF"],
  ["BM", "a BMP"],
  ["II*\0", "a TIFF"],
  ["MM\0*", "a TIFF"],
];

/**
 * The format by the bytes, whatever the file is called, and the size that it states.
 * @throws FileError for another format, or a header that is cut off or damaged
 */
export function readImageHeader(bytes: Uint8Array, name: string): ImageHeader {
  if (bytes.length === 0) throw new FileError(`${name}: the file is empty (0 bytes).`);
  const header = headerOf(bytes, name);
  if (header.width > 0 && header.height > 0) return header;
  throw new FileError(`${name}: damaged: its size is ${header.width} x ${header.height} pixels.`);
}

function headerOf(bytes: Uint8Array, name: string): ImageHeader {
  if (startsWith(bytes, "\x89PNG\r\n\x1a\n")) return pngHeader(bytes, name);
  if (startsWith(bytes, "\xff\xd8")) return jpegHeader(bytes, name);
  if (startsWith(bytes, "RIFF") && startsWith(bytes.subarray(8), "WEBP")) return webpHeader(bytes, name);
  const other = unread.find(([magic]) => startsWith(bytes, magic));
  const what = other ? `is ${other[1]}` : "is not an image";
  throw new FileError(`${name}: ${what}: JPEG, PNG and WebP are the formats that are read.`);
}

export function startsWith(bytes: Uint8Array, text: string): boolean {
  return bytes.length >= text.length && [...text].every((letter, i) => bytes[i] === letter.charCodeAt(0));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function truncated(name: string, format: ImageFormat): FileError {
  return new FileError(`${name}: truncated: the file ends before the picture of this ${format} begins.`);
}

function pngHeader(bytes: Uint8Array, name: string): ImageHeader {
  if (bytes.length < 33) throw truncated(name, "PNG");
  const view = viewOf(bytes);
  return { format: "PNG", width: view.getUint32(16), height: view.getUint32(20) };
}

/** The size stands in the start-of-frame segment, behind others of any length. */
function jpegHeader(bytes: Uint8Array, name: string): ImageHeader {
  const view = viewOf(bytes);
  for (let at = 2; at + 9 <= bytes.length; ) {
    if (bytes[at] !== 0xff) throw new FileError(`${name}: damaged: no JPEG marker at byte ${at}.`);
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++; // a marker may be preceded by any number of these
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { format: "JPEG", height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    if (marker === 0xda || marker === 0xd9)
      throw new FileError(`${name}: damaged: this JPEG states no size before its data.`);
    const alone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8); // markers without a length
    at += alone ? 2 : 2 + Math.max(2, view.getUint16(at + 2));
  }
  throw truncated(name, "JPEG");
}

/** Simple lossy, simple lossless and extended files say their size in three ways. */
function webpHeader(bytes: Uint8Array, name: string): ImageHeader {
  if (bytes.length < 30) throw truncated(name, "WebP");
  const view = viewOf(bytes);
  const chunk = bytes.subarray(12);
  const size24 = (at: number) => 1 + view.getUint16(at, true) + (bytes[at + 2]! << 16);
  if (startsWith(chunk, "VP8X")) return { format: "WebP", width: size24(24), height: size24(27) };
  if (startsWith(chunk, "VP8 ")) {
    const side = (at: number) => view.getUint16(at, true) & 0x3fff;
    return { format: "WebP", width: side(26), height: side(28) };
  }
  if (!startsWith(chunk, "VP8L")) throw new FileError(`${name}: damaged: this WebP holds no picture.`);
  const packed = view.getUint32(21, true);
  return { format: "WebP", width: 1 + (packed & 0x3fff), height: 1 + ((packed >>> 14) & 0x3fff) };
}

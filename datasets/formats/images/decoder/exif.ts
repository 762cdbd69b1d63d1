/** @file Hides what EXIF says from a browser's decoder, which turns photographs as it says even when told not to. */
import { type ImageFormat, startsWith } from "../header.ts";

/** A copy whose EXIF block has another name, or is gone; of bytes that readImageHeader() has passed. */
export function withoutExif(bytes: Uint8Array, format: ImageFormat): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes);
  if (format === "JPEG") hideInJpeg(copy);
  else if (format === "WebP") hideInWebp(copy);
  else return withoutPngChunk(copy);
  return copy;
}

/** APP1 segments before the frame begin with "Exif". */
function hideInJpeg(bytes: Uint8Array): void {
  for (let at = 2; at + 10 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda; ) {
    const marker = bytes[at + 1]!;
    if (marker === 0xff) at++;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else {
      if (marker === 0xe1 && startsWith(bytes.subarray(at + 4, at + 10), "Exif\0\0"))
        bytes.fill(0x20, at + 4, at + 8);
      at += 2 + Math.max(2, 256 * bytes[at + 2]! + bytes[at + 3]!);
    }
  }
}

/** Chunks of RIFF: name, length (u32, little-endian), content, filled up to an even length. */
function hideInWebp(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer);
  for (let at = 12; at + 8 <= bytes.length; ) {
    if (startsWith(bytes.subarray(at, at + 4), "EXIF")) bytes.fill(0x20, at, at + 4);
    const length = view.getUint32(at + 4, true);
    at += 8 + length + (length % 2);
  }
}

/** Chunks have a checksum, over the name too: this one is left out. They are whole, as checkPng() has found. */
function withoutPngChunk(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer);
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + view.getUint32(at);
    if (startsWith(bytes.subarray(at + 4, at + 8), "eXIf")) {
      bytes.copyWithin(at, end);
      return withoutPngChunk(bytes.slice(0, bytes.length - (end - at)));
    }
    at = end;
  }
  return bytes;
}

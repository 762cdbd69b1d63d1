/**
 * @file What the HDF5 library does not check itself: it walks a heap of strings for ever where a piece has no length. Offsets by
 * the HDF5 file format specification, III.E "Disk Format: Level 1E - Global Heap".
 */
import { FileError } from "../../engine/errors.ts";

/** "GCOL" and version 1, as every heap of strings begins. */
const heapStart = [0x47, 0x43, 0x4f, 0x4c, 1];
/** before the first piece, and before the bytes of each */
const headerBytes = 16;

/** Throws FileError for offsets or lengths that are not 8 bytes long, and for a heap of strings that has no end. */
export function checkStructure(what: string, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sizes = (bytes[8] ?? 0) < 2 ? bytes.subarray(13, 15) : bytes.subarray(9, 11); // superblock 0 and 1, or 2 and 3
  if (sizes[0] !== 8 || sizes[1] !== 8)
    throw new FileError(`${what}: the HDF5 file is damaged: its offsets and lengths are not of 8 bytes.`);
  for (let at = bytes.indexOf(heapStart[0]!); at >= 0; at = bytes.indexOf(heapStart[0]!, at + 1)) {
    if (heapStart.every((byte, i) => bytes[at + i] === byte) && !hasEnd(view, at))
      throw new FileError(`${what}: the HDF5 file is damaged: its texts at ${at} have no end.`);
  }
}

/** Walks the pieces of a heap: index (2 bytes), uses (2), nothing (4), length (8), and the bytes in steps of 8. */
function hasEnd(view: DataView, start: number): boolean {
  if (start + headerBytes > view.byteLength) return false;
  const end = start + Number(view.getBigUint64(start + 8, true));
  if (end > view.byteLength) return false;
  let at = start + headerBytes;
  while (at + headerBytes <= end) {
    const index = view.getUint16(at, true);
    const length = Number(view.getBigUint64(at + 8, true));
    const step = index > 0 ? headerBytes + Math.ceil(length / 8) * 8 : length; // piece 0 is what is free, its header included
    if (step < headerBytes || at + step > end) return false;
    at += step;
  }
  return true;
}

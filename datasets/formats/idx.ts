/**
 * @file IDX files, the format of MNIST: a magic number (type of the values, number of dimensions), the dimensions as
 * 32-bit integers with the highest byte first, then the values; here unsigned bytes, mostly packed with gzip.
 */

import { FileError, formatShape } from "../../engine/errors.ts";
import { allocateFor } from "./allocate.ts";
import { readUint32 } from "./byte-reader.ts";
import { type FileBytes, sourceOf } from "./byte-source.ts";
import { deleteAdvice, readUnpacked } from "./gzip.ts";

/** Unsigned bytes; the lowest byte of the magic number is the number of dimensions. */
const unsignedBytes = 0x0800;

/** Bytes too many are counted up to here. */
const mostCounted = 1 << 20;

/** An array of unsigned bytes. */
export interface IdxArray {
  /** [n] of labels, [n, h, w] of images */
  readonly shape: readonly number[];
  /** row-major */
  readonly values: Uint8Array;
}

/**
 * Reads an IDX file of unsigned bytes, packed with gzip or not; the values are in memory once.
 * @param dimensions how many it must have: 3 for images, 1 for labels; default: any number
 * @throws FileError if the file cannot be read, is no such file, is truncated, or has more or fewer values than it says
 */
export async function readIdx(file: FileBytes, dimensions?: number): Promise<IdxArray> {
  const source = sourceOf(file, "IDX file");
  const { name } = source;
  return readUnpacked(source, async ({ reader, mostBytes }) => {
    const axes = checkMagic(name, readUint32(await reader.read(4), 0, false), dimensions);
    const head = await reader.read(4 * axes);
    const shape = Array.from({ length: axes }, (_, axis) => readUint32(head, 4 * axis, false));
    const count = shape.reduce((product, length) => product * length, 1);
    if (count > mostBytes) {
      throw new FileError(
        `${name}: damaged, a file of this size cannot hold ${formatShape(shape)}. ${deleteAdvice}`,
      );
    }
    const values = allocateFor(source, count);
    await reader.readInto(values);
    const left = await reader.drain(mostCounted); // to the checksum of the gzip stream
    if (left === 0) return { shape, values };
    const surplus = left > mostCounted ? `more than ${mostCounted}` : left;
    throw new FileError(`${name}: ${surplus} bytes follow the ${count} values of ${formatShape(shape)}.`);
  });
}

/** The number of dimensions that a magic number says. */
function checkMagic(name: string, magic: number, dimensions: number | undefined): number {
  const found = magic - unsignedBytes;
  if (dimensions === undefined ? found >= 1 && found <= 255 : found === dimensions) return found;
  const expected =
    dimensions === undefined
      ? `${hexadecimal(unsignedBytes + 1)} or more (IDX, unsigned bytes, 1 dimension or more)`
      : `${hexadecimal(unsignedBytes + dimensions)} (IDX, unsigned bytes, ${dimensions} dimension${dimensions > 1 ? "s" : ""})`;
  throw new FileError(`${name}: its magic number is ${hexadecimal(magic)}, expected ${expected}.`);
}

function hexadecimal(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}

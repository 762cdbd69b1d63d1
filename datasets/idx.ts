/**
 * @file IDX files, the format of MNIST: a magic number (type of the values, number of dimensions), the dimensions as
 * 32-bit integers with the highest byte first, then the values; here unsigned bytes, mostly packed with gzip.
 */

import { FileError, formatShape } from "../engine/errors.ts";
import { deleteAdvice, readUnpacked } from "./gzip.ts";
import { allocateFor } from "./memory.ts";

/** Unsigned bytes; the lowest byte of the magic number is the number of dimensions. */
const unsignedBytes = 0x0800;

/** Bytes too many are counted up to here. */
const mostCounted = 1 << 20;

export interface IdxArray {
  readonly shape: readonly number[];
  /** row-major */
  readonly values: Uint8Array;
}

/**
 * Reads an IDX file of unsigned bytes, packed with gzip or not; the values are in memory once.
 * @param path of the file
 * @param dimensions how many it must have: 3 for images, 1 for labels
 * @throws FileError if the file cannot be read, is no such file, is truncated, or has more or fewer values than it says
 */
export async function readIdx(path: string, dimensions: number): Promise<IdxArray> {
  return readUnpacked(path, async ({ reader, mostBytes }) => {
    const magic = (await reader.read(4)).readUInt32BE();
    const expected = unsignedBytes + dimensions;
    if (magic !== expected) {
      throw new FileError(
        `${path}: its magic number is ${hexadecimal(magic)}, expected ${hexadecimal(expected)} (IDX, unsigned bytes, ` +
          `${dimensions} dimension${dimensions > 1 ? "s" : ""}).`,
      );
    }
    const head = await reader.read(4 * dimensions);
    const shape = Array.from({ length: dimensions }, (_, axis) => head.readUInt32BE(4 * axis));
    const count = shape.reduce((product, length) => product * length, 1);
    if (count > mostBytes) {
      throw new FileError(
        `${path}: damaged, a file of this size cannot hold ${formatShape(shape)}. ${deleteAdvice}`,
      );
    }
    const values = allocateFor(path, count);
    await reader.readInto(values);
    const left = await reader.drain(mostCounted); // to the checksum of the gzip stream
    if (left === 0) return { shape, values };
    const surplus = left > mostCounted ? `more than ${mostCounted}` : left;
    throw new FileError(`${path}: ${surplus} bytes follow the ${count} values of ${formatShape(shape)}.`);
  });
}

function hexadecimal(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}

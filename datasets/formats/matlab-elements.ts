/** @file The outer row of elements of a MATLAB version 5 file, and exact reads inside one of them. */

import { FileError } from "../../engine/errors.ts";
import { type ByteReader, EndOfBytesError, readUint32 } from "./byte-reader.ts";
import { type ByteSource, UnpackError } from "./byte-source.ts";
import { checkMatHeader, matHeaderBytes, matProbeBytes } from "./matlab-header.ts";
import { compressedType, matrixType, storageTypes, textTypes } from "./matlab-types.ts";

/** A matrix in the outer row: where it lies and how to read it. */
export interface MatElement {
  readonly source: ByteSource;
  /** first byte behind the tag */
  readonly offset: number;
  readonly bytes: number;
  /** whether the bytes are a zlib stream with the matrix inside */
  readonly compressed: boolean;
  readonly littleEndian: boolean;
}

/** What stands before the data of every element. */
export interface Tag {
  readonly type: number;
  readonly bytes: number;
  /** data of up to 4 bytes, which sit inside the tag itself */
  readonly inline?: Uint8Array;
}

/**
 * Finds the matrices of a file without reading them. A file cut off anywhere inside an element is found out here.
 * @throws FileError if the file cannot be read, is not a MATLAB version 5 file, or is truncated
 */
export async function listElements(source: ByteSource): Promise<MatElement[]> {
  const { name } = source;
  const size = await source.size();
  const { littleEndian } = checkMatHeader(await source.slice(0, Math.min(matProbeBytes, size)), name);
  const elements: MatElement[] = [];
  let offset = matHeaderBytes;
  while (offset < size) {
    const start = await source.slice(offset, Math.min(offset + 8, size));
    if (start.length < 8) throw truncated(name, offset, 8, start.length);
    const tag = parseTag(start, littleEndian);
    const { type, bytes } = tag;
    const compressed = type === compressedType;
    if (!compressed && type !== matrixType && !storageTypes.has(type) && !textTypes.has(type)) {
      throw new FileError(`${name}: damaged, element of unknown type ${type} at byte ${offset}.`);
    }
    offset += 8;
    if (tag.inline) continue;
    if (bytes > size - offset) throw truncated(name, offset, bytes, size - offset);
    if (compressed || type === matrixType) elements.push({ source, offset, bytes, compressed, littleEndian });
    offset += compressed ? bytes : roundUp8(bytes); // zlib streams follow each other without padding
  }
  return elements;
}

/** Runs `use` on the inflated bytes of an element; what goes wrong with them becomes a FileError. */
export async function readElement<T>(
  element: MatElement,
  use: (reader: ByteReader) => Promise<T>,
): Promise<T> {
  const { source, offset, bytes, compressed } = element;
  if (bytes === 0) throw damaged(element, "is empty");
  try {
    const range = { begin: offset, end: offset + bytes, packing: compressed ? "zlib" : undefined } as const;
    return await source.stream(range, use);
  } catch (error) {
    if (error instanceof EndOfBytesError) throw damaged(element, error.message);
    if (!(error instanceof UnpackError)) throw error;
    if (error.kind === "cut off") throw damaged(element, "is a zlib stream without its end");
    if (error.kind === "left over") throw damaged(element, "has bytes left over behind its zlib stream");
    throw damaged(element, `is not valid zlib data (${error.message})`);
  }
}

/** An error about the bytes of an element: `what` continues the sentence. */
export function damaged(element: MatElement, what: string): FileError {
  return new FileError(`${element.source.name}: damaged, the element at byte ${element.offset - 8} ${what}.`);
}

/** The next tag inside an element. */
export async function readTag(reader: ByteReader, littleEndian: boolean): Promise<Tag> {
  return parseTag(await reader.read(8), littleEndian);
}

/** Inside a matrix every element fills up to a multiple of 8 bytes. */
export function roundUp8(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

function parseTag(start: Uint8Array, littleEndian: boolean): Tag {
  const word = readUint32(start, 0, littleEndian);
  const inlineBytes = word >>> 16;
  if (inlineBytes >= 1 && inlineBytes <= 4) {
    return { type: word & 0xffff, bytes: inlineBytes, inline: start.subarray(4, 4 + inlineBytes) };
  }
  return { type: word, bytes: readUint32(start, 4, littleEndian) };
}

function truncated(name: string, offset: number, wanted: number, there: number): FileError {
  return new FileError(
    `${name}: truncated, ${there} of the ${wanted} bytes from byte ${offset} on are there. Delete the file to download it again.`,
  );
}

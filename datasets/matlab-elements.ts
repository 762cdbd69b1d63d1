/** @file The outer row of elements of a MATLAB version 5 file, and exact reads inside one of them. */

import type { FileHandle } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createInflate } from "node:zlib";
import { FileError } from "../engine/errors.ts";
import { ByteReader, EndOfBytesError } from "./byte-reader.ts";
import { errorCode, fileError } from "./files.ts";
import { checkMatHeader, matHeaderBytes, matProbeBytes } from "./matlab-header.ts";
import { compressedType, matrixType, storageTypes, textTypes } from "./matlab-types.ts";
import { openRegularFile } from "./regular-file.ts";

/** A matrix in the outer row: where it lies and how to read it. */
export interface MatElement {
  readonly path: string;
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
  readonly inline?: Buffer;
}

const chunkBytes = 256 * 1024;

/**
 * Finds the matrices of a file without reading them. A file cut off anywhere inside an element is found out here.
 * @throws FileError if the file cannot be read, is not a MATLAB version 5 file, or is truncated
 */
export async function listElements(path: string): Promise<MatElement[]> {
  const file = await openRegularFile(path);
  try {
    return await walkElements(file, path);
  } catch (error) {
    throw fileError("read", path, error);
  } finally {
    await file.close();
  }
}

async function walkElements(file: FileHandle, path: string): Promise<MatElement[]> {
  const { size } = await file.stat();
  const { littleEndian } = checkMatHeader(await readAt(file, 0, Math.min(matProbeBytes, size)), path);
  const elements: MatElement[] = [];
  let offset = matHeaderBytes;
  while (offset < size) {
    const start = await readAt(file, offset, Math.min(8, size - offset));
    if (start.length < 8) throw truncated(path, offset, 8, start.length);
    const tag = parseTag(start, littleEndian);
    const { type, bytes } = tag;
    const compressed = type === compressedType;
    if (!compressed && type !== matrixType && !storageTypes.has(type) && !textTypes.has(type)) {
      throw new FileError(`${path}: damaged, element of unknown type ${type} at byte ${offset}.`);
    }
    offset += 8;
    if (tag.inline) continue;
    if (bytes > size - offset) throw truncated(path, offset, bytes, size - offset);
    if (compressed || type === matrixType) elements.push({ path, offset, bytes, compressed, littleEndian });
    offset += compressed ? bytes : roundUp8(bytes); // zlib streams follow each other without padding
  }
  return elements;
}

/** Runs `use` on the inflated bytes of an element; what goes wrong with them becomes a FileError. */
export async function readElement<T>(
  element: MatElement,
  use: (reader: ByteReader) => Promise<T>,
): Promise<T> {
  const { path, offset, bytes, compressed } = element;
  if (bytes === 0) throw damaged(element, "is empty");
  const file = await openRegularFile(path);
  const source = file.createReadStream({
    start: offset,
    end: offset + bytes - 1,
    highWaterMark: chunkBytes,
  });
  // pipeline hands an error of the file on to the inflated side, where the reader meets it.
  const inflate = compressed ? createInflate({ chunkSize: chunkBytes }) : undefined;
  const chunks = inflate ? pipeline(source, inflate, () => {}) : source;
  const reader = new ByteReader(chunks);
  try {
    const result = await use(reader);
    if (inflate && reader.ended && inflate.bytesWritten < bytes)
      throw damaged(element, "has bytes left over behind its zlib stream");
    return result;
  } catch (error) {
    const code = errorCode(error);
    if (error instanceof EndOfBytesError) throw damaged(element, error.message);
    if (code === "Z_BUF_ERROR") throw damaged(element, "is a zlib stream without its end");
    if (code?.startsWith("Z_"))
      throw damaged(element, `is not valid zlib data (${(error as Error).message})`);
    throw fileError("read", path, error);
  } finally {
    chunks.destroy();
    source.destroy();
  }
}

/** An error about the bytes of an element: `what` continues the sentence. */
export function damaged(element: MatElement, what: string): FileError {
  return new FileError(`${element.path}: damaged, the element at byte ${element.offset - 8} ${what}.`);
}

/** The next tag inside an element. */
export async function readTag(reader: ByteReader, littleEndian: boolean): Promise<Tag> {
  return parseTag(await reader.read(8), littleEndian);
}

/** Unsigned 32-bit integer in the file's byte order. */
export function readUint32(bytes: Buffer, offset: number, littleEndian: boolean): number {
  return littleEndian ? bytes.readUInt32LE(offset) : bytes.readUInt32BE(offset);
}

/** Inside a matrix every element fills up to a multiple of 8 bytes. */
export function roundUp8(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

function parseTag(start: Buffer, littleEndian: boolean): Tag {
  const word = readUint32(start, 0, littleEndian);
  const inlineBytes = word >>> 16;
  if (inlineBytes >= 1 && inlineBytes <= 4) {
    return { type: word & 0xffff, bytes: inlineBytes, inline: start.subarray(4, 4 + inlineBytes) };
  }
  return { type: word, bytes: readUint32(start, 4, littleEndian) };
}

function truncated(path: string, offset: number, wanted: number, there: number): FileError {
  return new FileError(
    `${path}: truncated, ${there} of the ${wanted} bytes from byte ${offset} on are there. Delete the file to download it again.`,
  );
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, offset);
  return bytes.subarray(0, bytesRead);
}

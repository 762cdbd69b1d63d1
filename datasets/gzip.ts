/** @file Reads files as a stream of exact pieces, unpacked where they are packed with gzip, with errors in words. */

import type { FileHandle } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { FileError } from "../engine/errors.ts";
import { ByteReader, EndOfBytesError } from "./byte-reader.ts";
import { errorCode, fileError } from "./files.ts";
import { openRegularFile } from "./regular-file.ts";

const chunkBytes = 256 * 1024;

/** gzip packs at most about 1032 bytes into one: a larger claim is damage, and nothing is allocated for it. */
export const largestGzipRatio = 1032;

/** What to do about a file that arrived damaged. */
export const deleteAdvice = "Delete the file to download it again.";

/** A file's bytes as they are before packing. */
export interface UnpackedFile {
  readonly reader: ByteReader;
  readonly packed: boolean;
  /** bytes of the file; of a packed one, more than can be packed in it */
  readonly mostBytes: number;
}

/**
 * Runs `use` on the bytes of a file. Whether they are packed is seen by its first two bytes, not by its name: browsers
 * unpack a download and leave the name. No format read here begins like gzip.
 * @throws FileError if the file cannot be read, is truncated or damaged
 */
export async function readUnpacked<T>(path: string, use: (file: UnpackedFile) => Promise<T>): Promise<T> {
  const file = await openRegularFile(path);
  const { packed, size } = await lookInto(file, path);
  const source = file.createReadStream({ start: 0, highWaterMark: chunkBytes });
  // pipeline hands an error of the file on to the unpacked side, where the reader meets it.
  const chunks = packed ? pipeline(source, createGunzip({ chunkSize: chunkBytes }), () => {}) : source;
  const mostBytes = packed ? size * largestGzipRatio : size;
  try {
    return await use({ reader: new ByteReader(chunks), packed, mostBytes });
  } catch (error) {
    throw readingError(path, packed, error);
  } finally {
    chunks.destroy();
    source.destroy();
  }
}

async function lookInto(file: FileHandle, path: string): Promise<{ packed: boolean; size: number }> {
  try {
    const { size } = await file.stat();
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return { packed: buffer[0] === 0x1f && buffer[1] === 0x8b, size };
  } catch (error) {
    await file.close();
    throw fileError("read", path, error);
  }
}

function readingError(path: string, packed: boolean, error: unknown): FileError {
  const code = errorCode(error);
  if (error instanceof EndOfBytesError) {
    const which = packed ? "damaged, what is packed in it" : "truncated, it";
    return new FileError(`${path}: ${which} ${error.message}. ${deleteAdvice}`);
  }
  if (code === "Z_BUF_ERROR") {
    return new FileError(`${path}: truncated, the gzip stream has no end. ${deleteAdvice}`);
  }
  if (code?.startsWith("Z_")) {
    const reason = (error as Error).message;
    return new FileError(`${path}: damaged or not a gzip file (${reason}). ${deleteAdvice}`);
  }
  return fileError("read", path, error);
}

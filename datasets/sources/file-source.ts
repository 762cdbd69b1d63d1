/** @file Files of the disk as a source of bytes for the readers of `formats/`. */

import type { FileHandle } from "node:fs/promises";
import { totalmem } from "node:os";
import { pipeline } from "node:stream";
import { createGunzip, createInflate } from "node:zlib";
import { ByteReader, EndOfBytesError } from "../formats/byte-reader.ts";
import { type ByteRange, type ByteSource, UnpackError } from "../formats/byte-source.ts";
import { errorCode, fileError, openRegularFile } from "./files.ts";

const chunkBytes = 256 * 1024;

/** A file, or what a link leads to. It is opened for each reading, and read in pieces. */
export function fileSource(path: string): ByteSource {
  return {
    name: path,
    mostMemory: mostMemory(),
    size: () => withFile(path, async (file) => (await file.stat()).size),
    slice: (begin, end) =>
      withFile(path, async (file) => {
        const { buffer, bytesRead } = await file.read(new Uint8Array(end - begin), 0, end - begin, begin);
        return buffer.subarray(0, bytesRead);
      }),
    stream: (range, use) => stream(path, range, use),
  };
}

/** Bytes that this process may have: a container's limit, if there is one. */
function mostMemory(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}

async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await openRegularFile(path);
  try {
    return await use(file);
  } catch (error) {
    throw fileError("read", path, error);
  } finally {
    await file.close();
  }
}

async function stream<T>(
  path: string,
  { begin, end, packing }: ByteRange,
  use: (reader: ByteReader) => Promise<T>,
): Promise<T> {
  const file = await openRegularFile(path);
  const source = file.createReadStream({ start: begin, end: end - 1, highWaterMark: chunkBytes });
  const unpack = packing && (packing === "gzip" ? createGunzip : createInflate)({ chunkSize: chunkBytes });
  // pipeline hands an error of the file on to the unpacked side, where the reader meets it.
  const chunks = unpack ? pipeline(source, unpack, () => {}) : source;
  const reader = new ByteReader(chunks);
  try {
    const result = await use(reader);
    // Behind a gzip stream others may follow, or what fills up a block of a tape; behind a zlib stream nothing may.
    if (packing === "zlib" && reader.ended && unpack!.bytesWritten < end - begin)
      throw new UnpackError("left over", "bytes are left over behind the zlib stream");
    return result;
  } catch (error) {
    throw streamError(path, error);
  } finally {
    chunks.destroy();
    source.destroy();
  }
}

function streamError(path: string, error: unknown): Error {
  if (error instanceof EndOfBytesError || error instanceof UnpackError) return error;
  const code = errorCode(error);
  if (!code?.startsWith("Z_")) return fileError("read", path, error);
  return new UnpackError(code === "Z_BUF_ERROR" ? "cut off" : "invalid", (error as Error).message);
}

/** @file Reads gzip files as a stream of exact pieces, with errors in words. */

import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { FileError } from "../engine/errors.ts";
import { ByteReader, EndOfBytesError } from "./byte-reader.ts";
import { errorCode, fileError } from "./files.ts";

const chunkBytes = 256 * 1024;

/** What to do about a file that arrived damaged. */
export const deleteAdvice = "Delete the file to download it again.";

/**
 * Runs `use` on the unpacked bytes of a gzip file.
 * @throws FileError if the file cannot be read, is not gzip, is truncated or damaged
 */
export async function readGzip<T>(path: string, use: (reader: ByteReader) => Promise<T>): Promise<T> {
  const source = createReadStream(path, { highWaterMark: chunkBytes });
  // pipeline hands an error of the file on to the unpacked side, where the reader meets it.
  const chunks = pipeline(source, createGunzip({ chunkSize: chunkBytes }), () => {});
  try {
    return await use(new ByteReader(chunks));
  } catch (error) {
    throw gzipError(path, error);
  } finally {
    chunks.destroy();
  }
}

function gzipError(path: string, error: unknown): FileError {
  const code = errorCode(error);
  if (error instanceof EndOfBytesError) {
    return new FileError(`${path}: damaged, what is packed in it ${error.message}. ${deleteAdvice}`);
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

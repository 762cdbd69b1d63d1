/** @file Reads bytes that may be packed with gzip as a stream of exact pieces, with errors in words. */

import { FileError } from "../../engine/errors.ts";
import { type ByteReader, EndOfBytesError } from "./byte-reader.ts";
import { type ByteSource, UnpackError } from "./byte-source.ts";

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
export async function readUnpacked<T>(
  source: ByteSource,
  use: (file: UnpackedFile) => Promise<T>,
): Promise<T> {
  const size = await source.size();
  const start = await source.slice(0, 2);
  const packed = start[0] === 0x1f && start[1] === 0x8b;
  const mostBytes = packed ? size * largestGzipRatio : size;
  try {
    const range = { begin: 0, end: size, packing: packed ? "gzip" : undefined } as const;
    return await source.stream(range, (reader) => use({ reader, packed, mostBytes }));
  } catch (error) {
    throw readingError(source.name, packed, error);
  }
}

function readingError(name: string, packed: boolean, error: unknown): unknown {
  if (error instanceof EndOfBytesError) {
    const which = packed ? "damaged, what is packed in it" : "truncated, it";
    return new FileError(`${name}: ${which} ${error.message}. ${deleteAdvice}`);
  }
  if (!(error instanceof UnpackError)) return error;
  return new FileError(
    error.kind === "cut off"
      ? `${name}: truncated, the gzip stream has no end. ${deleteAdvice}`
      : `${name}: damaged or not a gzip file (${error.message}). ${deleteAdvice}`,
  );
}

/** @file The headers of tar archives (POSIX ustar and older), as far as plain files with short names need it. */

import { FileError } from "../../engine/errors.ts";
import { type ByteReader, latin1 } from "./byte-reader.ts";

/** What stands before the bytes of a member. */
export interface TarHeader {
  /** path inside the archive, as it claims it: compare it, never write to it */
  readonly name: string;
  readonly bytes: number;
  /** false for folders, links and descriptions of other members */
  readonly isFile: boolean;
}

const blockBytes = 512;
const checksumAt = 148;
const spaces = 8 * 0x20;

/**
 * The next header; undefined at the archive's end. The reader is left at the member's bytes.
 * @throws FileError, with `path`, for a block that is no header; EndOfBytesError if the archive ends too early
 */
export async function readTarHeader(reader: ByteReader, path: string): Promise<TarHeader | undefined> {
  const block = await reader.read(blockBytes);
  if (block.every((byte) => byte === 0)) return undefined;
  const field = block.subarray(checksumAt, checksumAt + 8);
  // The sum is taken with its own field as spaces.
  const sum = total(block) - total(field) + spaces;
  if (octal(field) !== sum) throw new FileError(`${path}: not a tar archive, or a damaged one.`);
  const prefix = text(block, 257, 5) === "ustar" ? text(block, 345, 155) : "";
  const name = text(block, 0, 100);
  const bytes = octal(block.subarray(124, 136));
  if (bytes === undefined) throw new FileError(`${path}: damaged, the size of ${name} is not a number.`);
  const type = text(block, 156, 1);
  return { name: prefix ? `${prefix}/${name}` : name, bytes, isFile: type === "0" || type === "" };
}

/** Bytes that fill up the last block of a member. */
export function tarPadding(bytes: number): number {
  return (blockBytes - (bytes % blockBytes)) % blockBytes;
}

function total(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum + byte, 0);
}

function text(block: Uint8Array, start: number, length: number): string {
  const bytes = block.subarray(start, start + length);
  const end = bytes.indexOf(0);
  return latin1(end < 0 ? bytes : bytes.subarray(0, end));
}

function octal(field: Uint8Array): number | undefined {
  const digits = text(field, 0, field.length).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

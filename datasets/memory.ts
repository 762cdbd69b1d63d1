/** @file Main memory for what a file says it holds. */

import { totalmem } from "node:os";
import { FileError, formatBytes } from "../engine/errors.ts";

/** Bytes that this process may have: a container's limit, if there is one. */
export function mostMemory(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}

/**
 * `count` bytes for numbers of the file at `path`.
 * @throws FileError if this machine, or an array of JavaScript, does not hold as many
 */
export function allocateFor(path: string, count: number): Uint8Array<ArrayBuffer> {
  if (count > mostMemory()) throw tooLarge(path, count);
  try {
    return new Uint8Array(count);
  } catch (error) {
    // A RangeError is V8's answer to more than it can address.
    throw error instanceof RangeError ? tooLarge(path, count) : error;
  }
}

export function tooLarge(path: string, count: number): FileError {
  return new FileError(
    `${path}: holds ${formatBytes(count)} of numbers, or says so: more than this machine has room for.`,
  );
}

/** @file Memory for what a file says it holds. */

import { FileError, formatBytes } from "../../engine/errors.ts";
import type { ByteSource } from "./byte-source.ts";

/**
 * `count` bytes for numbers of a source.
 * @throws FileError if this machine, or an array of JavaScript, does not hold as many
 */
export function allocateFor(
  { name, mostMemory }: Pick<ByteSource, "name" | "mostMemory">,
  count: number,
): Uint8Array<ArrayBuffer> {
  if (count > mostMemory) throw tooLarge(name, count);
  try {
    return new Uint8Array(count);
  } catch (error) {
    // A RangeError says that there are more than can be addressed.
    throw error instanceof RangeError ? tooLarge(name, count) : error;
  }
}

/** `allocateFor` of several sources that are read one behind the other. */
export function allocateForAll(sources: readonly ByteSource[], count: number): Uint8Array<ArrayBuffer> {
  const name = sources.map((source) => source.name).join(", ");
  return allocateFor({ name, mostMemory: Math.min(...sources.map(({ mostMemory }) => mostMemory)) }, count);
}

export function tooLarge(name: string, count: number): FileError {
  return new FileError(
    `${name}: holds ${formatBytes(count)} of numbers, or says so: more than this machine has room for.`,
  );
}

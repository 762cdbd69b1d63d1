/** @file Safetensors files on disk: read, and written so that a crash or a full disk never costs the old file. */
import { readFileSync } from "node:fs";
import { FileError } from "../../engine/errors.ts";
import { reasonOf, requirePath, writeFileAtomically } from "../files.ts";
import {
  parseSafetensors,
  type SafetensorsEntry,
  type SafetensorsFile,
  serializeSafetensors,
} from "./safetensors-format.ts";

export type {
  SafetensorsData,
  SafetensorsDType,
  SafetensorsEntry,
  SafetensorsFile,
  SafetensorsTensor,
} from "./safetensors-format.ts";

/** Reads a file by its path, or one that is in memory. Throws FileError if it is missing or breaks the format. */
export function readSafetensors(source: string | Uint8Array): SafetensorsFile {
  if (source instanceof Uint8Array) return parseSafetensors(source);
  requirePath("readSafetensors", source);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(source);
  } catch (cause) {
    throw new FileError(`Cannot read ${source}: ${reasonOf(cause)}.`, { cause });
  }
  return parseSafetensors(bytes, source);
}

/**
 * Writes the entries' bytes in the given order. The file appears under its name only when it is whole and on disk;
 * until then, and if anything fails, whatever had the name before stays. Throws FileError.
 */
export function writeSafetensors(
  path: string,
  entries: readonly SafetensorsEntry[],
  metadata: Readonly<Record<string, string>> = {},
): void {
  requirePath("writeSafetensors", path);
  writeFileAtomically(path, serializeSafetensors(entries, metadata), { makeFolder: false });
}

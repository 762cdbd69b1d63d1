/** @file Safetensors files on disk: read, and written so that a crash or a full disk never costs the old file. */
import { requirePath, writeFileAtomically } from "../files.ts";
import { openRegularFile } from "../regular-file.ts";
import {
  bytesInMemory,
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

/**
 * Reads a file by its path, of any size, or one that is in memory. Throws FileError if it is missing, no regular file, or
 * breaks the format. What wgrad cannot read of a sound file is missed only by who asks for its data.
 */
export function readSafetensors(source: string | Uint8Array): SafetensorsFile {
  if (source instanceof Uint8Array) return parseSafetensors(bytesInMemory(source));
  requirePath("readSafetensors", source);
  const file = openRegularFile(source);
  try {
    return parseSafetensors(file, source);
  } finally {
    file.close();
  }
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

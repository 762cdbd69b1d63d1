/** @file Safetensors files in the store: read, and written so that a crash or a full disk never costs the old file. */
import { platform } from "#platform";
import { requirePath } from "../../engine/options.ts";
import {
  parseSafetensors,
  readParts,
  type SafetensorsEntry,
  type SafetensorsFile,
  serializeParts,
} from "./safetensors-format.ts";

export type {
  SafetensorsData,
  SafetensorsDType,
  SafetensorsEntry,
  SafetensorsFile,
  SafetensorsTensor,
} from "./safetensors-format.ts";
export { parseSafetensors, serializeSafetensors } from "./safetensors-format.ts";

/**
 * Reads a file by its path, of any size, or one that is in memory. Rejects with FileError if it is missing, no regular file, or
 * breaks the format. What wgrad cannot read of a sound file is missed only by who asks for its data.
 */
export async function readSafetensors(source: string | Uint8Array): Promise<SafetensorsFile> {
  if (source instanceof Uint8Array) return parseSafetensors(source);
  requirePath("readSafetensors", source);
  const file = await platform.files.open(source);
  try {
    return await readParts(file, source);
  } finally {
    await file.close();
  }
}

/**
 * Writes the entries' bytes in the given order. The file appears under its name only when it is whole and on disk;
 * until then, and if anything fails, whatever had the name before stays. Rejects with FileError.
 */
export async function writeSafetensors(
  path: string,
  entries: readonly SafetensorsEntry[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  requirePath("writeSafetensors", path);
  await platform.files.write(path, serializeParts(entries, metadata), { makeFolder: false });
}

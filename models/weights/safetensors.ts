/** @file Safetensors files on disk: read, and written so that a crash or a full disk never costs the old file. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { FileError } from "../../engine/errors.ts";
import { requirePath } from "../files.ts";
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
    throw new FileError(`Cannot read ${source}: ${reason(cause)}.`, { cause });
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
  const parts = serializeSafetensors(entries, metadata);
  const temporary = join(dirname(path), `.${basename(path)}.tmp`);
  try {
    writeParts(temporary, parts);
    renameSync(temporary, path);
  } catch (cause) {
    discard(temporary);
    throw new FileError(`Cannot write ${path}: ${reason(cause)}.`, { cause });
  }
}

/** Removes a half-written file as far as the disk allows; the error to report is the one before. */
function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}

function writeParts(path: string, parts: readonly Uint8Array[]): void {
  const file = openSync(path, "w");
  try {
    for (const part of parts) {
      for (let done = 0; done < part.length; ) done += writeSync(file, part, done);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

const reasons: Record<string, string> = {
  ENOENT: "no such file or folder",
  EACCES: "no permission",
  EPERM: "no permission",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EISDIR: "it is a folder",
  ENOTDIR: "part of the path is not a folder",
};

function reason(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  return reasons[code ?? ""] ?? message;
}

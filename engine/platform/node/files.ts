/** @file Files, written so that a crash leaves either the old one or the new one. */
import type { Dirent } from "node:fs";
import { FileError } from "../../errors.ts";
import { requirePath } from "../../options.ts";
import { nodeFiles, reasonOf } from "./builtins.ts";
import { readText, requireFilePlace } from "./regular-file.ts";

/**
 * Writes text or bytes, which may come in parts, under a temporary name, reads them back, and renames the file. Makes the
 * folder unless it shall be there already. Throws FileError.
 */
export function writeFileAtomically(
  path: string,
  content: string | Uint8Array | readonly Uint8Array[],
  { makeFolder = true } = {},
): void {
  requirePath("write", path);
  const parts = typeof content === "string" ? [new TextEncoder().encode(content)] : [content].flat();
  const { closeSync, dirname, fsyncSync, openSync, renameSync, rmSync } = nodeFiles();
  const temporary = temporaryName(path, process.pid);
  try {
    requireFilePlace(path);
    if (makeFolder) makeFolders(dirname(path));
    removeLeftovers(path);
    const file = openSync(temporary, "w+");
    try {
      writeParts(file, parts);
      fsyncSync(file);
      compareParts(file, parts);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (cause) {
    try {
      rmSync(temporary, { force: true });
    } catch {} // the error to report is the one before
    if (cause instanceof FileError) throw cause;
    throw new FileError(`Cannot write ${path}: ${reasonOf(cause)}.`, { cause });
  }
}

/** What a file is called while a process writes it. */
export function temporaryName(path: string, writer: number): string {
  return `${path}.${writer}.tmp`;
}

/** The number of the process that began to write a file under this name; undefined for the name of a finished file. */
export function writerOf(name: string): number | undefined {
  const writer = /\.(\d+)\.tmp$/.exec(name)?.[1];
  return writer === undefined ? undefined : Number(writer);
}

const megabyte = 2 ** 20;

/** In pieces, since Node writes less than 2 GiB at once. */
function writeParts(file: number, parts: readonly Uint8Array[]): void {
  const { writeFileSync } = nodeFiles(); // unlike writeSync it goes on after a partial write
  for (const part of parts) {
    for (let begin = 0; begin < part.length; begin += 1024 * megabyte)
      writeFileSync(file, part.subarray(begin, begin + 1024 * megabyte));
  }
}

/** The file must hold what was written, or the old one would go for a damaged one. */
function compareParts(file: number, parts: readonly Uint8Array[]): void {
  const { Buffer, readSync } = nodeFiles();
  const found = new Uint8Array(megabyte);
  let position = 0;
  for (const part of parts) {
    for (let begin = 0; begin < part.length; ) {
      const wanted = part.subarray(begin, begin + megabyte);
      const count = readSync(file, found, 0, wanted.length, position);
      const same = count > 0 && Buffer.compare(found.subarray(0, count), wanted.subarray(0, count)) === 0;
      if (!same) throw new Error(`what was written does not read back the same after byte ${position}`);
      begin += count;
      position += count;
    }
  }
}

/** Removes what processes that are no more left of the file at `path` when they were killed while writing it. */
export function removeLeftovers(path: string): void {
  const { basename, dirname, existsSync, join, readdirSync, rmSync } = nodeFiles();
  const folder = dirname(path);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const writer = writerOf(name);
    if (writer === undefined || name !== temporaryName(basename(path), writer)) continue;
    if (processExists(writer)) continue;
    try {
      rmSync(join(folder, name), { force: true });
    } catch {} // it may stay: nothing else needs its name
  }
}

/** Whether there is a process of that number on this machine. */
export function processExists(id: number): boolean {
  try {
    return process.kill(id, 0); // signal 0 only asks
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM"; // it is there, but another user's
  }
}

/** Makes a folder and those it lies in, unless they are there. Throws FileError. */
export function makeFolder(path: string): void {
  requirePath("folder", path);
  try {
    makeFolders(path);
  } catch (cause) {
    throw new FileError(`Cannot make the folder ${path}: ${reasonOf(cause)}.`, { cause });
  }
}

/**
 * Makes a folder and those it lies in. Throws what Node throws. Node's own `recursive` never comes back from a relative path when
 * the current folder was deleted: it takes "." for missing, and tries to make it, for ever.
 */
export function makeFolders(path: string): void {
  const { dirname, mkdirSync, statSync } = nodeFiles();
  const isThere = () => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (isThere()) return;
  if (dirname(path) !== path) makeFolders(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if (!isThere()) throw error; // another process may have made it in between
  }
}

/** What is in a folder, by name. Throws FileError if it cannot be read. */
export function readFolder(path: string): readonly Dirent[] {
  requirePath("folder", path);
  try {
    const entries = nodeFiles().readdirSync(path, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    throw new FileError(`Cannot read the folder ${path}: ${reasonOf(cause)}.`, { cause });
  }
}

/** The text of a file; undefined if there is none. Throws FileError if it cannot be read, or is no regular file. */
export function readTextIfThere(path: string): string | undefined {
  requirePath("read", path);
  return nodeFiles().existsSync(path) ? readText(path) : undefined;
}

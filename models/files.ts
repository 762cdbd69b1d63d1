/**
 * @file Files, written so that a crash leaves either the old one or the new one. Node's modules are asked for when a
 * file is touched and never imported, so that modules for the browser may use this one.
 */
import type { Dirent } from "node:fs";
import { ArgumentError, FileError } from "../engine/errors.ts";
import { written } from "../engine/options.ts";
import { printable } from "../engine/printable.ts";

/** Throws ArgumentError unless `path` may be the name of a file or folder. Node would read from a number, too. */
export function requirePath(what: string, path: unknown): asserts path is string {
  if (typeof path === "string" && path !== "") return;
  throw new ArgumentError(`${what}: needs the name of a file or folder, got ${written(path)}.`);
}

/** node:fs and node:path. Throws FileError where there are none. */
export function nodeFiles(path: string) {
  const builtin = globalThis.process?.getBuiltinModule;
  if (!builtin) throw new FileError(`Cannot open ${path}: files are read and written in Node only.`);
  return { ...builtin("node:fs"), ...builtin("node:path") };
}

/**
 * Writes text or bytes, which may come in parts, under a temporary name and renames it. Makes the folder unless it shall be
 * there already. Throws FileError.
 */
export function writeFileAtomically(
  path: string,
  content: string | Uint8Array | readonly Uint8Array[],
  { makeFolder = true } = {},
): void {
  requirePath("write", path);
  const parts = Array.isArray(content) ? content : [content];
  const { closeSync, dirname, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } =
    nodeFiles(path);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    if (makeFolder) mkdirSync(dirname(path), { recursive: true });
    const file = openSync(temporary, "w");
    try {
      for (const part of parts) writeFileSync(file, part); // unlike writeSync it goes on after a partial write
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (cause) {
    try {
      rmSync(temporary, { force: true });
    } catch {} // the error to report is the one before
    throw new FileError(`Cannot write ${path}: ${reasonOf(cause)}.`, { cause });
  }
}

/** Makes a folder and those it lies in, unless they are there. Throws FileError. */
export function makeFolder(path: string): void {
  requirePath("folder", path);
  try {
    nodeFiles(path).mkdirSync(path, { recursive: true });
  } catch (cause) {
    throw new FileError(`Cannot make the folder ${path}: ${reasonOf(cause)}.`, { cause });
  }
}

export function writeJson(path: string, value: unknown): void {
  writeFileAtomically(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** What is in a folder, by name. Throws FileError if it cannot be read. */
export function readFolder(path: string): readonly Dirent[] {
  requirePath("folder", path);
  try {
    const entries = nodeFiles(path).readdirSync(path, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    throw new FileError(`Cannot read the folder ${path}: ${reasonOf(cause)}.`, { cause });
  }
}

/** The text of a file; undefined if there is none. Throws FileError if it cannot be read, or is a folder, a pipe or a device. */
export function readText(path: string): string | undefined {
  requirePath("read", path);
  const { readFileSync, statSync } = nodeFiles(path);
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats) return undefined;
    if (!stats.isFile()) throw new FileError(`Cannot read ${path}: it is not a regular file.`);
    return readFileSync(path, "utf8");
  } catch (cause) {
    if (cause instanceof FileError) throw cause;
    throw new FileError(`Cannot read ${path}: ${reasonOf(cause)}.`, { cause });
  }
}

/**
 * The value in a JSON file, its texts and names without characters that a terminal would obey. Throws FileError if it cannot
 * be read or is no JSON.
 */
export function readJson(path: string): unknown {
  const text = readText(path);
  if (text === undefined) throw new FileError(`Cannot read ${path}: ${reasons.ENOENT}.`);
  try {
    return withPrintableTexts(JSON.parse(text));
  } catch (cause) {
    throw new FileError(`Cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}

function withPrintableTexts(value: unknown): unknown {
  if (typeof value === "string") return printable(value);
  if (Array.isArray(value)) return value.map(withPrintableTexts);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([name, entry]) => [printable(name), withPrintableTexts(entry)]));
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "no permission",
  EPERM: "no permission",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EEXIST: "a file has that name",
  EISDIR: "it is a folder",
  ENOTDIR: "part of the path is not a folder",
};

/** Why the file system refused, in words. */
export function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  return reasons[code ?? ""] ?? message;
}

/**
 * @file Node's modules for files. They are asked for when a file is touched and never imported, so that modules for the
 * browser may use this one.
 */
import { FileError } from "../engine/errors.ts";

/** node:fs, node:path and node:buffer. Throws FileError where there are none. */
export function nodeFiles(path: string) {
  const builtin = globalThis.process?.getBuiltinModule;
  if (!builtin) throw new FileError(`Cannot open ${path}: files are read and written in Node only.`);
  return { ...builtin("node:buffer"), ...builtin("node:fs"), ...builtin("node:path") };
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

/** @file Node's modules for files, asked for when a file is touched, and its reasons in words. */

type NodeFiles = Pick<typeof import("node:buffer"), "Buffer"> &
  typeof import("node:fs") &
  typeof import("node:path");

/** node:fs, node:path and Buffer. */
export function nodeFiles(): NodeFiles {
  const builtin = process.getBuiltinModule;
  const { Buffer } = builtin("node:buffer");
  return { Buffer, ...builtin("node:fs"), ...builtin("node:path") };
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

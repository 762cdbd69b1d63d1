/** @file Node's modules for files, asked for when a file is touched, and its reasons in words. */

/** node:fs, node:path and node:buffer. */
export function nodeFiles() {
  const builtin = process.getBuiltinModule;
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

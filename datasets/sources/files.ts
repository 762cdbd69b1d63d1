/** @file Files and disks, and what the operating system says when they cannot be used, in words. */

import { constants } from "node:fs";
import { type FileHandle, open, stat, statfs } from "node:fs/promises";
import { FileError, formatBytes } from "../../engine/errors.ts";
import { kindOf } from "../../engine/platform/node/regular-file.ts";

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EDQUOT: "the disk quota is used up",
  EEXIST: "a file of that name is in the way",
  EFBIG: "the file is larger than this disk's file system allows",
  EIO: "the disk reports an error",
  EISDIR: "it is a folder",
  ELOOP: "its links lead in a circle",
  ENAMETOOLONG: "the name is too long",
  ENOENT: "no such file or folder",
  ENOSPC: "the disk is full",
  ENOTDIR: "part of the path is a file, not a folder",
  ENXIO: "it is a pipe, a socket, or a device that is not there",
  EPERM: "not permitted",
  EROFS: "the disk is read-only",
};

/** Node's code of a system or zlib error, e.g. `ENOENT`; undefined if it has none. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** `cannot read /data/x.mat: permission denied (EACCES).`; an error that is already a FileError stays as it is. */
export function fileError(action: string, path: string, error: unknown): FileError {
  if (error instanceof FileError) return error;
  const code = errorCode(error);
  const text = error instanceof Error ? error.message : String(error);
  const reason = code && code in reasons ? `${reasons[code]} (${code})` : text;
  return new FileError(`cannot ${action} ${path}: ${reason}.`, { cause: error });
}

/** Without this flag, which Windows lacks, opening a pipe waits until somebody opens its other end. */
const doNotWait = constants.O_NONBLOCK ?? 0;

/**
 * Opens a file, or what a link leads to, for reading. The caller closes it.
 * @throws FileError if it cannot be opened, is no regular file, or is empty, as the files of /proc say they are
 */
export async function openRegularFile(path: string): Promise<FileHandle> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | doNotWait);
    const stats = await file.stat();
    const kind = kindOf(stats);
    if (kind !== "file") throw new FileError(`cannot read ${path}: it is a ${kind}, not a regular file.`);
    if (stats.size === 0) throw new FileError(`${path}: the file is empty.`);
    return file;
  } catch (error) {
    await file?.close();
    throw fileError("read", path, error);
  }
}

/** Opens a file for writing: from its first byte on, or, if `resume`, to go on with what is there. The caller closes it. */
export function openForWriting(path: string, resume = false): Promise<FileHandle> {
  const fresh = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC;
  return open(path, (resume ? constants.O_RDWR : fresh) | doNotWait);
}

/** Size in bytes; undefined if there is no such file. @throws FileError if it is there but cannot be looked at */
export async function fileSize(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw fileError("read", path, error);
  }
}

/** A disk that fills up takes part of a chunk first, and reports the error with the next write. */
export async function writeAll(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    done += (await file.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
  }
}

/** Says before the first byte that something will not fit. `action`: e.g. "download". @throws FileError */
export async function checkFreeSpace(action: string, folder: string, bytes: number): Promise<void> {
  const disk = await statfs(folder);
  const free = disk.bavail * disk.bsize;
  if (free >= bytes) return;
  throw new FileError(
    `cannot ${action} to ${folder}: ${formatBytes(bytes)} are needed, ${formatBytes(free)} are free on this disk.`,
  );
}

/** @file Opens data files: to be read, regular ones with bytes in them; never does opening a pipe wait for its other end. */

import { constants, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { FileError } from "../engine/errors.ts";
import { fileError } from "./files.ts";

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
    if (!stats.isFile())
      throw new FileError(`cannot read ${path}: it is ${kindOf(stats)}, not a regular file.`);
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

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "a folder";
  if (stats.isFIFO()) return "a pipe";
  return stats.isSocket() ? "a socket" : "a device";
}

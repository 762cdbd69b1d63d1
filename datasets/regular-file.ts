/** @file Opens what is read as a data file: a regular file with bytes in it, never a pipe, a device or a folder. */

import { constants, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { FileError } from "../engine/errors.ts";
import { fileError } from "./files.ts";

/** Without this flag, which Windows lacks, opening a pipe waits until somebody writes into it. */
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

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "a folder";
  if (stats.isFIFO()) return "a pipe";
  return stats.isSocket() ? "a socket" : "a device";
}

/** @file The store of files in Node: folders of the disk. */
import { FileError } from "../../errors.ts";
import type { FileStore } from "../platform.ts";
import { nodeFiles, reasonOf } from "./builtins.ts";
import { makeFolder, makeFolders, removeLeftovers, writeFileAtomically } from "./files.ts";
import { openRegularFile, refuseOther, requireFilePlace } from "./regular-file.ts";

export const fileStore: FileStore = {
  join: (folder, name) => nodeFiles().join(folder, name),
  folderOf: (path) => nodeFiles().dirname(path),
  exists: async (path) => nodeFiles().existsSync(path),
  makeFolder: async (path) => makeFolder(path),
  async open(path) {
    const file = openRegularFile(path);
    return {
      size: file.size,
      read: async (begin, end) => file.read(begin, end),
      close: async () => file.close(),
    };
  },
  write: async (path, parts, options) => writeFileAtomically(path, parts, options),
  append: async (path, bytes, kept) => appendTo(path, bytes, kept),
  async size(path) {
    try {
      const found = nodeFiles().statSync(path, { throwIfNoEntry: false });
      if (found) refuseOther("read", path, found);
      return found?.size ?? 0;
    } catch (cause) {
      if (cause instanceof FileError) throw cause;
      throw new FileError(`Cannot read ${path}: ${reasonOf(cause)}.`, { cause });
    }
  },
  removeLeftovers: async (path) => removeLeftovers(path),
  async blob(path) {
    openRegularFile(path).close();
    return nodeFiles().openAsBlob(path);
  },
};

function appendTo(path: string, bytes: Uint8Array, kept?: number): number {
  const { appendFileSync, dirname, existsSync, statSync, truncateSync } = nodeFiles();
  try {
    requireFilePlace(path);
    makeFolders(dirname(path));
    if (kept !== undefined && existsSync(path)) truncateSync(path, kept);
    appendFileSync(path, bytes);
    return statSync(path).size;
  } catch (cause) {
    if (cause instanceof FileError) throw cause;
    throw new FileError(`Cannot write ${path}: ${reasonOf(cause)}.`, { cause });
  }
}

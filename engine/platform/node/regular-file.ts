/**
 * @file Regular files only: a pipe would be waited for without end, a device has no end, and a rename would put a file in
 * the place of either.
 */
import { FileError } from "../../errors.ts";
import { nodeFiles, reasonOf } from "./builtins.ts";

/** What Node reads at once is less than 2 GiB. */
const mostAtOnce = 2 ** 30;

/** A file that is open for reading, in parts, since what is larger than 2 GiB cannot be read whole. */
export interface OpenFile {
  /** in bytes */
  readonly size: number;
  /** The bytes from `begin` to `end` (exclusive), a copy. Throws FileError if they are not there. */
  read(begin: number, end: number): Uint8Array<ArrayBuffer>;
  close(): void;
}

/** Opens a file for reading. Throws FileError if it is missing or no regular file; never waits. */
export function openRegularFile(path: string): OpenFile {
  const { closeSync, constants, fstatSync, openSync, readSync, statSync } = nodeFiles();
  const attempt = <T>(act: () => T): T => {
    try {
      return act();
    } catch (cause) {
      throw new FileError(`Cannot read ${path}: ${reasonOf(cause)}.`, { cause });
    }
  };
  const found = attempt(() => statSync(path));
  refuseOther("read", path, found); // before it is opened, which may already do something
  const file = attempt(() => openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)));
  const size = attempt(() => fstatSync(file).size);
  return {
    size,
    read: (begin, end) =>
      attempt(() => {
        const bytes = new Uint8Array(end - begin);
        for (let done = 0; done < bytes.length; ) {
          const count = readSync(file, bytes, done, Math.min(bytes.length - done, mostAtOnce), begin + done);
          if (count === 0) throw new Error(`it ends at byte ${begin + done}, before byte ${end}`);
          done += count;
        }
        return bytes;
      }),
    close: () => closeSync(file),
  };
}

/** The text of a UTF-8 file. Throws FileError if it is missing, no regular file, or too large for a text. */
export function readText(path: string): string {
  const file = openRegularFile(path);
  try {
    return new TextDecoder().decode(file.read(0, file.size));
  } catch (cause) {
    if (cause instanceof FileError) throw cause;
    throw new FileError(`Cannot read ${path}: ${reasonOf(cause)}.`, { cause });
  } finally {
    file.close();
  }
}

/** Throws FileError if something is at `path` that is no regular file. */
export function requireFilePlace(path: string): void {
  const found = foundAt(path);
  if (found) refuseOther("write", path, found);
}

/** Undefined if nothing is there. Throws FileError where nothing can be, as below a file. */
function foundAt(path: string): Found | undefined {
  try {
    return nodeFiles().statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    throw new FileError(`Cannot write ${path}: ${reasonOf(cause)}.`, { cause });
  }
}

type Found = Pick<import("node:fs").Stats, "isFile" | "isDirectory" | "isFIFO" | "isSocket">;

/** Throws FileError for what is no regular file. */
export function refuseOther(verb: string, path: string, found: Found): void {
  const kind = kindOf(found);
  if (kind !== "file") throw new FileError(`Cannot ${verb} ${path}: it is a ${kind}.`);
}

/** What a path leads to; "file" is a regular one. */
export function kindOf(found: Found): "file" | "folder" | "pipe" | "socket" | "device" {
  if (found.isFile()) return "file";
  if (found.isDirectory()) return "folder";
  if (found.isFIFO()) return "pipe";
  return found.isSocket() ? "socket" : "device";
}

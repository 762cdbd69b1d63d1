/**
 * @file The store of files in a browser: the origin private file system (OPFS), folders that belong to the page's origin and
 * that no other program sees. https://fs.spec.whatwg.org
 */
import { FileError } from "../../errors.ts";
import type { FileStore } from "../platform.ts";

export const fileStore: FileStore = {
  join: (folder, name) => `${folder}/${name}`,
  folderOf: (path) => namesIn(path).slice(0, -1).join("/"),
  exists: async (path) => {
    const { folder, name } = await placeOf(path, false);
    if (name === undefined) return true;
    if (!folder) return false;
    return (await find(folder, name)) !== undefined;
  },
  makeFolder: async (path) => {
    await attempt("make the folder", path, () => enter(namesIn(path), true));
  },
  open: async (path) => {
    const file = await attempt("read", path, () => fileAt(path));
    return {
      size: file.size,
      read: (begin, end) =>
        attempt("read", path, async () => {
          if (end > file.size) throw new Error(`it ends at byte ${file.size}, before byte ${end}`);
          return new Uint8Array(await file.slice(begin, end).arrayBuffer());
        }),
      close: async () => {},
    };
  },
  write: async (path, parts, { makeFolder = true } = {}) => {
    await attempt("write", path, async () => {
      const target = await handleOf(path, makeFolder);
      const size = parts.reduce((sum, part) => sum + part.length, 0);
      await replace(target, { keepExistingData: false }, async (stream) => {
        for (const part of parts) await stream.write(part as Uint8Array<ArrayBuffer>);
      });
      const { size: found } = await target.getFile();
      if (found !== size) throw new Error(`${size} bytes were written, the file has ${found}`);
    });
  },
  append: (path, bytes, kept) =>
    attempt("write", path, async () => {
      const target = await handleOf(path, true);
      const { size } = await target.getFile();
      const start = Math.min(size, kept ?? size);
      await replace(target, { keepExistingData: true }, async (stream) => {
        await stream.truncate(start);
        await stream.write({ type: "write", position: start, data: bytes as Uint8Array<ArrayBuffer> });
      });
      return start + bytes.length;
    }),
  size: async (path) => ((await fileStore.exists(path)) ? (await fileStore.open(path)).size : 0),
  removeLeftovers: async () => {}, // the browser does it
  blob: (path) => attempt("read", path, () => fileAt(path)),
};

/** What is written to the stream replaces the file when the stream is closed, all at once. */
async function replace(
  target: FileSystemFileHandle,
  options: FileSystemCreateWritableOptions,
  write: (stream: FileSystemWritableFileStream) => Promise<void>,
): Promise<void> {
  const stream = await target.createWritable(options);
  try {
    await write(stream);
  } catch (cause) {
    await stream.abort().catch(() => {}); // the error to report is the one before
    throw cause;
  }
  await stream.close();
}

/** The names that a path consists of. Throws FileError for one that would lead out of the store. */
function namesIn(path: string): readonly string[] {
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  if (names.includes("..")) throw new FileError(`Cannot use ${path}: names of files in a page have no "..".`);
  return names;
}

/** The folder of these names. Rejects with NotFoundError if it is not there and not to be made. */
async function enter(names: readonly string[], create: boolean): Promise<FileSystemDirectoryHandle> {
  const storage = globalThis.navigator?.storage;
  if (!storage?.getDirectory)
    throw new Error(
      "this page has no files: browsers give them (OPFS) to pages from https or localhost only",
    );
  let folder = await storage.getDirectory();
  for (const name of names) folder = await folder.getDirectoryHandle(name, { create });
  return folder;
}

/** The folder a path lies in, undefined if it is not there, and the name in it, undefined for the root itself. */
async function placeOf(path: string, create: boolean) {
  const names = namesIn(path);
  const folder = await enter(names.slice(0, -1), create).catch((cause: unknown) => {
    if (isNamed(cause, "NotFoundError", "TypeMismatchError")) return undefined;
    throw wrapped("read", path, cause);
  });
  return { folder, name: names.at(-1) };
}

async function find(folder: FileSystemDirectoryHandle, name: string): Promise<FileSystemHandle | undefined> {
  try {
    return await folder.getFileHandle(name);
  } catch (cause) {
    if (isNamed(cause, "TypeMismatchError")) return folder.getDirectoryHandle(name);
    if (isNamed(cause, "NotFoundError")) return undefined;
    throw cause;
  }
}

async function handleOf(path: string, makeFolder: boolean): Promise<FileSystemFileHandle> {
  const names = namesIn(path);
  const folder = await enter(names.slice(0, -1), makeFolder);
  return folder.getFileHandle(names.at(-1) ?? "", { create: true });
}

async function fileAt(path: string): Promise<File> {
  const names = namesIn(path);
  const folder = await enter(names.slice(0, -1), false);
  return (await folder.getFileHandle(names.at(-1) ?? "")).getFile();
}

const reasons: Readonly<Record<string, string>> = {
  NotFoundError: "no such file or folder",
  TypeMismatchError: "it is a folder, or part of the path is a file",
  QuotaExceededError: "the browser gives this page no more room",
  NoModificationAllowedError: "it is in use",
  NotAllowedError: "no permission",
};

function isNamed(cause: unknown, ...names: readonly string[]): boolean {
  return names.includes((cause as Error).name);
}

async function attempt<T>(what: string, path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throw wrapped(what, path, cause);
  }
}

function wrapped(what: string, path: string, cause: unknown): FileError {
  if (cause instanceof FileError) return cause;
  const { name, message } = cause as Error;
  return new FileError(`Cannot ${what} ${path}: ${reasons[name] ?? message}.`, { cause });
}

/** @file MD5 of files: tells an officially published file from another one of the same name. */

import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { readUnpacked } from "../formats/gzip.ts";
import { fileSource } from "./file-source.ts";
import { fileError, openRegularFile } from "./files.ts";

/** Results of this process: a file is hashed after its download and again when its origin is recorded. */
const known = new Map<string, string>();

/**
 * MD5 of a file as 32 hexadecimal digits, read in chunks. Asked again for the same file, size and time of change, it
 * answers from memory, also after a renaming.
 * @throws FileError if the file cannot be read
 */
export async function md5OfFile(path: string): Promise<string> {
  const file = await openRegularFile(path);
  try {
    const { dev, ino, size, mtimeMs } = await file.stat();
    const key = `${dev}:${ino}:${size}:${mtimeMs}`;
    const md5 = known.get(key) ?? (await hash(file));
    known.set(key, md5);
    return md5;
  } catch (error) {
    throw fileError("read", path, error);
  } finally {
    await file.close();
  }
}

/** MD5 of what is packed in a file; undefined if it is not packed. @throws FileError if it cannot be read */
export function md5OfContent(path: string): Promise<string | undefined> {
  return readUnpacked(fileSource(path), async ({ reader, packed }) => {
    if (!packed) return undefined;
    const md5 = createHash("md5");
    for await (const chunk of reader.chunks()) md5.update(chunk);
    return md5.digest("hex");
  });
}

async function hash(file: FileHandle): Promise<string> {
  const md5 = createHash("md5");
  const chunks = file.createReadStream({ start: 0, highWaterMark: 1 << 20, autoClose: false });
  for await (const chunk of chunks) md5.update(chunk as Buffer);
  return md5.digest("hex");
}

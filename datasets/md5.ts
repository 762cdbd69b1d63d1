/** @file MD5 of files: tells an officially published file from another one of the same name. */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { fileError } from "./files.ts";

/** Results of this process: a file is hashed after its download and again when its origin is recorded. */
const known = new Map<string, string>();

/**
 * MD5 of a file as 32 hexadecimal digits, read in chunks. Asked again for the same file, size and time of change, it
 * answers from memory, also after a renaming.
 * @throws FileError if the file cannot be read
 */
export async function md5OfFile(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeMs } = await stat(path);
    const key = `${dev}:${ino}:${size}:${mtimeMs}`;
    const md5 = known.get(key) ?? (await hash(path));
    known.set(key, md5);
    return md5;
  } catch (error) {
    throw fileError("read", path, error);
  }
}

async function hash(path: string): Promise<string> {
  const md5 = createHash("md5");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) md5.update(chunk as Buffer);
  return md5.digest("hex");
}

/** @file Unpacks a folder of folders of files from a .tar.gz archive so that it is there whole, or not there at all. */

import { mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FileError } from "../../engine/errors.ts";
import type { ByteReader } from "../formats/byte-reader.ts";
import { readUnpacked } from "../formats/gzip.ts";
import { readTarHeader, tarPadding } from "../formats/tar.ts";
import { fileSource } from "./file-source.ts";
import { checkFreeSpace, fileError } from "./files.ts";
import { memberName, mostBytes, tooMuch, writeMember } from "./unpack.ts";

/** Ten times what the largest archive of photographs read here has. */
const mostFiles = 100_000;

/** A folder and a file in it: no separators within, nothing hidden, no way out. */
const plain = /^([^/\\:.][^/\\:]*)\/([^/\\:.][^/\\:]*)$/;

/**
 * Unpacks what the archive has of `basename(folder)/FOLDER/FILE` into `folder`, which must not be there yet; whatever else it
 * holds is passed over. Returns how many files that were.
 * @param accepts says which files by their name
 * @throws FileError if the archive is damaged, holds no such files or too many, or for trouble with the disk; then nothing stays
 */
export async function unpackTree(
  archive: string,
  folder: string,
  accepts: (name: string) => boolean,
): Promise<number> {
  const part = `${folder}.part`;
  try {
    await rm(part, { recursive: true, force: true });
    await mkdir(part, { recursive: true });
    const count = await readUnpacked(fileSource(archive), ({ reader }) =>
      unpackFiles(reader, { archive, part, prefix: `${basename(folder)}/`, accepts }),
    );
    if (count === 0)
      throw new FileError(`${archive}: holds no files of the kind ${basename(folder)}/FOLDER/FILE.`);
    await rename(part, folder);
    return count;
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw fileError("unpack to", folder, error);
  }
}

interface Target {
  readonly archive: string;
  readonly part: string;
  readonly prefix: string;
  readonly accepts: (name: string) => boolean;
}

async function unpackFiles(reader: ByteReader, { archive, part, prefix, accepts }: Target): Promise<number> {
  const written = new Set<string>();
  let left = mostBytes;
  for (;;) {
    const header = await readTarHeader(reader, archive);
    if (!header) break;
    const { bytes, isFile } = header;
    left -= bytes;
    if (left < 0) throw tooMuch(archive);
    const name = memberName(header.name);
    const inside = name.startsWith(prefix) ? name.slice(prefix.length) : "";
    if (isFile && plain.test(inside) && accepts(inside)) {
      if (written.has(inside)) throw new FileError(`${archive}: it has ${header.name} twice.`);
      if (written.size === mostFiles) throw new FileError(`${archive}: holds more than ${mostFiles} files.`);
      written.add(inside);
      const path = join(part, inside);
      await mkdir(dirname(path), { recursive: true });
      await checkFreeSpace("unpack", part, bytes);
      await writeMember(reader, path, bytes);
    } else await reader.skip(bytes);
    await reader.skip(tarPadding(bytes));
  }
  if ((await reader.drain(left)) > left) throw tooMuch(archive); // to the checksum of the gzip stream
  return written.size;
}

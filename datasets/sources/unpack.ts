/** @file Unpacks chosen files from a .tar.gz or .tar archive so that they are there whole, or not there at all. */

import { type FileHandle, mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FileError, formatBytes } from "../../engine/errors.ts";
import type { ByteReader } from "../formats/byte-reader.ts";
import { readUnpacked } from "../formats/gzip.ts";
import { readTarHeader, tarPadding } from "../formats/tar.ts";
import { fileSource } from "./file-source.ts";
import { checkFreeSpace, fileError, openForWriting, writeAll } from "./files.ts";

const blockBytes = 1 << 20;

/** Ten times what the largest official archive holds. A small packed file may claim, and even hold, any number of bytes. */
const mostBytes = 2e9;

/** Where the bytes of a file lie until it is whole. */
const partOf = (folder: string, name: string) => join(folder, `${name}.part`);

/**
 * Unpacks the files `names` of the archive's folder `basename(folder)` into `folder`. Only these names are ever written;
 * whatever else the archive holds is passed over. The files get their names when the archive was read to its end.
 * @throws FileError if the archive is damaged or lacks one of the files, or for trouble with the disk; what was unpacked
 * until then is removed, files of other names are untouched
 */
export async function unpackTar(archive: string, folder: string, names: readonly string[]): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    const paths = new Map(names.map((name) => [`${basename(folder)}/${name}`, partOf(folder, name)]));
    const found = await readUnpacked(fileSource(archive), ({ reader }) =>
      unpackMembers(reader, archive, (name) => paths.get(name)),
    );
    const missing = [...paths.keys()].filter((name) => !found.has(name));
    if (missing.length > 0) {
      const members = missing.join(", ");
      throw new FileError(`${archive}: ${members} is not in the archive.`);
    }
    for (const name of names) await rename(partOf(folder, name), join(folder, name));
  } catch (error) {
    for (const name of names) await rm(partOf(folder, name), { force: true });
    throw fileError("unpack to", folder, error);
  }
}

/**
 * Writes the members of the archive whose names `pathOf` gives a path for, and passes over the others. Returns the names of those
 * that were written. Throws FileError for a name that comes twice, and for more than `mostBytes`.
 */
export async function unpackMembers(
  reader: ByteReader,
  archive: string,
  pathOf: (name: string, found: ReadonlySet<string>) => string | undefined,
): Promise<Set<string>> {
  const found = new Set<string>();
  let left = mostBytes;
  for (;;) {
    const header = await readTarHeader(reader, archive);
    if (!header) break;
    const { bytes, isFile } = header;
    left -= bytes;
    if (left < 0) throw tooMuch(archive);
    const name = header.name.replace(/^(\.\/)+/, ""); // some archivers write ./folder/file
    const path = isFile ? pathOf(name, found) : undefined;
    if (path === undefined) await reader.skip(bytes);
    else {
      if (found.has(name)) throw new FileError(`${archive}: it has ${header.name} twice.`);
      found.add(name);
      await mkdir(dirname(path), { recursive: true });
      await checkFreeSpace("unpack", dirname(path), bytes);
      await writeMember(reader, path, bytes);
    }
    await reader.skip(tarPadding(bytes));
  }
  if ((await reader.drain(left)) > left) throw tooMuch(archive); // to the checksum of the gzip stream
  return found;
}

function tooMuch(archive: string): FileError {
  return new FileError(
    `${archive}: holds more than ${formatBytes(mostBytes)}, ten times as much as the official one.`,
  );
}

/** Writes the next `bytes` of the reader to a file; what goes wrong there is a FileError of the disk. */
async function writeMember(reader: ByteReader, path: string, bytes: number): Promise<void> {
  // Trouble with this file is not trouble with the archive, which is what the caller makes of any other error.
  const onDisk = <T>(work: Promise<T>) =>
    work.catch((error: unknown) => {
      throw fileError("write", path, error);
    });
  let file: FileHandle | undefined;
  try {
    file = await onDisk(openForWriting(path));
    const block = new Uint8Array(Math.min(blockBytes, bytes));
    for (let position = 0; position < bytes; position += block.length) {
      const part = block.subarray(0, Math.min(block.length, bytes - position));
      await reader.readInto(part);
      await onDisk(writeAll(file, part, position));
    }
    await onDisk(file.sync());
  } finally {
    await file?.close();
  }
}

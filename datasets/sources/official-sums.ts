/**
 * @file Which files came out of an officially published archive: a list in the format of md5sum beside them, written when
 * an archive of the right MD5 was unpacked.
 */

import { rename, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileError, fileSize, openRegularFile } from "./files.ts";
import { md5OfContent, md5OfFile } from "./md5.ts";
import type { PublishedArchive, PublishedFile } from "./source.ts";

const listName = "official.md5";

/**
 * Whether a file is the published one: by its MD5, known beforehand or from the archive that it was unpacked from. One that was
 * unpacked or packed anew is the published one if what is in it is.
 * @param md5 of the file at `path`
 */
export async function isOfficial(path: string, file: PublishedFile, md5: string): Promise<boolean> {
  const published = [file.md5, file.unpackedMd5];
  if (published.includes(md5)) return true;
  if ((await readList(dirname(path))).includes(entry(md5, file.name))) return true;
  const content = await md5OfContent(path);
  return content !== undefined && published.includes(content);
}

/** Adds whole files, just unpacked from an archive with the official MD5, to the list in their folder. */
export async function recordOfficial(folder: string, paths: readonly string[], archive: PublishedArchive) {
  const entries = new Set(await readList(folder));
  entries.add(`# unpacked from ${archive.name}, md5 ${archive.md5}`);
  for (const path of paths) entries.add(entry(await md5OfFile(path), basename(path)));
  const list = join(folder, listName);
  try {
    await writeFile(`${list}.part`, `${[...entries].join("\n")}\n`);
    await rename(`${list}.part`, list);
  } catch (error) {
    throw fileError("write", list, error);
  }
}

async function readList(folder: string): Promise<string[]> {
  const list = join(folder, listName);
  if ((await fileSize(list)) === undefined) return [];
  const file = await openRegularFile(list);
  try {
    return (await file.readFile("utf8")).split("\n").filter((line) => line !== "");
  } catch (error) {
    throw fileError("read", list, error);
  } finally {
    await file.close();
  }
}

function entry(md5: string, name: string): string {
  return `${md5}  ${name}`;
}

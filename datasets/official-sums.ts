/**
 * @file Which files came out of an officially published archive: a list in the format of md5sum beside them, written when
 * an archive of the right MD5 was unpacked.
 */

import { readFile, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { errorCode, fileError } from "./files.ts";
import { md5OfFile } from "./md5.ts";
import type { PublishedFile } from "./source.ts";

const listName = "official.md5";

/** Whether a file has the MD5 of the published one, known beforehand or from the archive that it was unpacked from. */
export async function isOfficial(folder: string, file: PublishedFile, md5: string): Promise<boolean> {
  return md5 === file.md5 || (await readList(folder)).includes(entry(md5, file.name));
}

/** Adds whole files, just unpacked from an archive with the official MD5, to the list in their folder. */
export async function recordOfficial(folder: string, paths: readonly string[], archive: PublishedFile) {
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
  try {
    return (await readFile(list, "utf8")).split("\n").filter((line) => line !== "");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw fileError("read", list, error);
  }
}

function entry(md5: string, name: string): string {
  return `${md5}  ${name}`;
}

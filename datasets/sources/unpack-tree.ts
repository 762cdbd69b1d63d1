/** @file Unpacks a folder of folders of files from a .tar.gz archive so that it is there whole, or not there at all. */

import { mkdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { FileError } from "../../engine/errors.ts";
import { readUnpacked } from "../formats/gzip.ts";
import { fileSource } from "./file-source.ts";
import { fileError } from "./files.ts";
import { unpackMembers } from "./unpack.ts";

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
    const prefix = `${basename(folder)}/`;
    const pathOf = (name: string, found: ReadonlySet<string>) => {
      const inside = name.startsWith(prefix) ? name.slice(prefix.length) : "";
      if (!plain.test(inside) || !accepts(inside)) return undefined;
      if (found.size === mostFiles) throw new FileError(`${archive}: holds more than ${mostFiles} files.`);
      return join(part, inside);
    };
    const { size: count } = await readUnpacked(fileSource(archive), ({ reader }) =>
      unpackMembers(reader, archive, pathOf),
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

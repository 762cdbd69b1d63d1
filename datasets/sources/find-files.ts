/**
 * @file Finds the files of a data set below the data folder as people have them: unpacked or packed, with the dots and hyphens
 * of Kaggle, in the folders of torchvision, in upper case. Whatever else lies there is found too, so that it can be named.
 */

import { readdir, stat } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { errorCode, fileError } from "./files.ts";
import type { DatasetSource, OtherVersion, PublishedFile } from "./source.ts";

export interface FoundFiles {
  /** by published name */
  readonly paths: ReadonlyMap<string, string>;
  readonly missing: readonly PublishedFile[];
  /** path of the archive that holds all files */
  readonly archive: string | undefined;
  /** what lies there and is not read, each with the reason where one is known; paths below the data folder */
  readonly others: readonly string[];
}

/** Something that lies in one of the folders that were searched. */
interface Entry {
  readonly path: string;
  readonly name: string;
  readonly kind: "file" | "folder" | "broken link";
  /** whether the folder around it is the data set's, by its name */
  readonly owned: boolean;
  readonly searched: boolean;
}

/** torchvision unpacks MNIST into MNIST/raw. */
const rawFolder = "raw";

/** Folders within each other, the data folder not counted: MNIST/raw, or Kaggle's folder for each file. */
const deepest = 2;

/**
 * Looks through `data` for the files of a data set, their archive and its other versions.
 * @throws FileError if a folder cannot be read
 */
export async function findFiles(source: DatasetSource, data: string): Promise<FoundFiles> {
  const entries = await search(source, data, ownsFolder(source, basename(data)), deepest);
  const used = new Set<Entry>();
  const paths = new Map<string, string>();
  for (const file of source.files) {
    const named = entries.filter((entry) => entry.kind === "file" && isNameOf(source, file, entry.name));
    for (const entry of named) if (source.ownNames || entry.owned) used.add(entry);
    const known = named.filter((entry) => used.has(entry));
    const found = known.find(({ name }) => name === file.name) ?? known[0];
    if (found) paths.set(file.name, found.path);
  }
  const archive = entries.find(({ kind, name }) => kind === "file" && isArchive(source, name));
  return {
    paths,
    missing: source.files.filter(({ name }) => !paths.has(name)),
    archive: archive?.path,
    others: entries.flatMap((entry) =>
      used.has(entry) || entry === archive ? [] : (describeOther(source, data, entry) ?? []),
    ),
  };
}

/** Everything in `folder`, and in those of its folders that the data set may lie in; official names come first. */
async function search(
  source: DatasetSource,
  folder: string,
  owned: boolean,
  depth: number,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const name of await namesIn(folder)) {
    if (!owned && !concerns(source, name)) continue; // the data folder may hold anything, also what cannot be looked at
    const path = join(folder, name);
    const kind = await kindOf(path);
    const searched =
      kind === "folder" && depth > 0 && (ownsFolder(source, name) || (owned && isInnerFolder(source, name)));
    entries.push({ path, name, kind, owned, searched });
  }
  const order = ({ name }: Entry) => (name === source.folder ? 0 : 1);
  const inner = entries.filter(({ searched }) => searched).sort((a, b) => order(a) - order(b));
  for (const { path } of inner) entries.push(...(await search(source, path, true, depth - 1)));
  return entries;
}

/** In alphabetical order; none if the folder is not there. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw fileError("read", folder, error);
  }
}

async function kindOf(path: string): Promise<Entry["kind"]> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch (error) {
    if (errorCode(error) === "ENOENT") return "broken link";
    throw fileError("read", path, error);
  }
}

/** What an entry that was not taken has to do with the data set; undefined if nothing. */
function describeOther(
  source: DatasetSource,
  data: string,
  { path, name, kind, owned, searched }: Entry,
): string | undefined {
  const shown = relative(data, path).split(sep).join("/") + (kind === "folder" ? "/" : "");
  const version = versionOf(source, name);
  if (version) return `${shown} (${version.what})`;
  if (source.files.some((file) => isNameOf(source, file, name))) {
    if (searched) return undefined;
    if (kind === "broken link") return `${shown} (a link to a file that is not there)`;
    if (!owned) return `${shown} (which may be another data set's: put it into ${source.folder}/)`;
  }
  const ours = name.startsWith(".") || name.endsWith(".part") || name === "official.md5";
  return owned && !searched && !ours ? shown : undefined;
}

/** Whether a name has to do with the data set wherever it lies. */
function concerns(source: DatasetSource, name: string): boolean {
  return (
    ownsFolder(source, name) ||
    isArchive(source, name) ||
    source.files.some((file) => isNameOf(source, file, name)) ||
    versionOf(source, name) !== undefined
  );
}

function versionOf({ otherVersions = [] }: DatasetSource, name: string): OtherVersion | undefined {
  return otherVersions.find(({ names }) => names.some((known) => sameName(known, name)));
}

function ownsFolder({ folder, otherFolders = [] }: DatasetSource, name: string): boolean {
  return [folder, ...otherFolders].some((known) => sameName(known, name));
}

function isInnerFolder(source: DatasetSource, name: string): boolean {
  return sameName(name, rawFolder) || source.files.some((file) => isNameOf(source, file, name));
}

/** `train-images.idx3-ubyte`, `TRAIN-IMAGES-IDX3-UBYTE.GZ` and the like, where packing makes no difference. */
function isNameOf({ unpacks }: DatasetSource, file: PublishedFile, name: string): boolean {
  return sameName(file.name, name) || (unpacks && sameName(withoutGz(file.name), withoutGz(name)));
}

/** Browsers may unpack it, or shorten its ending. */
function isArchive({ archive }: DatasetSource, name: string): boolean {
  const ending = /\.(tar\.gz|tgz|tar)$/i;
  return (
    archive !== undefined &&
    ending.test(name) &&
    sameName(archive.name.replace(ending, ""), name.replace(ending, ""))
  );
}

function withoutGz(name: string): string {
  return name.replace(/\.gz$/i, "");
}

/** Whether two names differ at most in case, dots, hyphens, underscores and spaces. */
function sameName(a: string, b: string): boolean {
  const plain = (name: string) => name.toLowerCase().replace(/[-._ ]/g, "");
  return plain(a) === plain(b);
}

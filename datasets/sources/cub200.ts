/** @file Caltech-UCSD Birds 200, of 2010: photographs of 200 kinds of birds in folders, with lists for training and test. */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { FileError } from "../../engine/errors.ts";
import { checkChoice } from "../../engine/options.ts";
import type { DataFile, Dataset } from "../dataset.ts";
import type { ImageSet, StoredImages } from "../formats/image-set.ts";
import { type ResizeFilter, resizeFilters } from "../formats/images/image.ts";
import { birds } from "../synthetic/birds.ts";
import { dataFolder } from "./data-folder.ts";
import { download } from "./download.ts";
import type { FetchOptions } from "./fetch-files.ts";
import { fileSize } from "./files.ts";
import { imageFolder } from "./folder/image-folder.ts";
import type { ImageFolderOptions } from "./folder/options.ts";
import { DownloadError } from "./http.ts";
import { md5OfFile } from "./md5.ts";
import { type LoadOptions, standInFor } from "./obtain.ts";
import { isOfficial, recordOfficial } from "./official-sums.ts";
import { unpackTar } from "./unpack.ts";
import { unpackTree } from "./unpack-tree.ts";

/** Options of loadCub200(): size of the images, how they are resized, where the files are. */
export interface Cub200Options extends LoadOptions {
  /** photographs become [size, size, 3], their sides not kept in proportion; default 224 */
  readonly size?: number;
  /** PIL's rule for that; default nearest, Keras's for load_img */
  readonly filter?: ResizeFilter;
}

const cub200 = {
  id: "cub200",
  name: "CUB-200",
  title: "Caltech-UCSD Birds 200 (2010): photographs of birds",
  license: "CUB-200: for research; the photographs are their authors'.",
  citation:
    "P. Welinder, S. Branson, T. Mita, C. Wah, F. Schroff, S. Belongie, P. Perona: Caltech-UCSD Birds 200. California Institute " +
    "of Technology, CNS-TR-2010-001, 2010.",
  address: "http://www.vision.caltech.edu/visipedia-data/CUB-200/",
  folder: "cub-200",
  classCount: 200,
  counts: { train: 3000, test: 3033 },
  /** 647 MB of photographs; this MD5 is what public projects check. None is known of the lists, which are a few kB. */
  images: { name: "images.tgz", md5: "2bbe304ef1aa3ddb6094aa8f53487cf2" },
  lists: { name: "lists.tgz" },
} as const;

const listNames = ["train.txt", "test.txt"] as const;

/**
 * The photographs that the lists name, resized, from `cub-200/{images,lists}` of the data folder. What is missing is unpacked
 * from the official archives in `cub-200/`, or downloaded; without network drawn birds stand in, as `origin` and `note` say.
 * @throws FileError for a damaged or missing photograph or list, trouble with the disk, or a download that broke off
 */
export async function loadCub200(options: Cub200Options = {}): Promise<Dataset> {
  return openCub200(options, imageFolder);
}

/** As `open` reads the folder of the photographs. */
export async function openCub200<Folder extends Dataset<ImageSet | StoredImages>>(
  options: Cub200Options,
  open: (folder: string, options: ImageFolderOptions) => Promise<Folder>,
): Promise<Folder | Dataset> {
  const { size = 224, filter = "nearest", synthetic } = options;
  checkChoice("cub200", "filter", filter, resizeFilters);
  const drawn = { ...cub200, classes: [], standIn: birds(size) };
  if (synthetic) return standInFor(drawn, options, "as this run had before");
  const folder = join(dataFolder(options.data), cub200.folder);
  const there = await presentParts(folder);
  const trouble = await fetchParts(folder, there, options);
  if (trouble === undefined) {
    const data = options.data === undefined ? {} : { data: options.data };
    return describeBirds(folder, options, await open(folder, { size, filter, ...data }));
  }
  if (there.size === 0)
    return standInFor(drawn, options, `none of its files are in the data folder; ${trouble}`);
  const missing = (["images", "lists"] as const).filter((part) => !there.has(part)).join(" and ");
  throw new FileError(
    `${folder}: ${missing} of ${cub200.name} not found (${trouble}). Put the missing there, or name another data folder ` +
      "with --data: only where nothing of it lies do drawn birds stand in.",
  );
}

type Part = "images" | "lists";
type Counted = Dataset<{ readonly count: number }>;

async function presentParts(folder: string): Promise<Set<Part>> {
  const parts = new Set<Part>();
  if ((await fileSize(join(folder, "images"))) !== undefined) parts.add("images");
  const sizes = await Promise.all(listNames.map((name) => fileSize(join(folder, "lists", name))));
  if (sizes.every((size) => size !== undefined)) parts.add("lists");
  return parts;
}

/** Brings the parts that are not there. Returns why the network does not give them, if it does not. */
async function fetchParts(
  folder: string,
  there: ReadonlySet<Part>,
  options: FetchOptions,
): Promise<string | undefined> {
  const fetched: Part[] = [];
  let whole = true;
  for (const part of ["lists", "images"] as const) {
    if (there.has(part)) continue;
    const archive = join(folder, cub200[part].name);
    const own = (await fileSize(archive)) !== undefined;
    const trouble = own ? undefined : await fetchArchive(part, archive, options);
    if (trouble !== undefined) return trouble;
    if (part === "lists") await unpackTar(archive, join(folder, "lists"), listNames);
    else {
      whole = (await md5OfFile(archive)) === cub200.images.md5;
      await unpackTree(archive, join(folder, "images"), (name) => /\.jpe?g$/i.test(name));
    }
    if (!own) await rm(archive, { force: true });
    fetched.push(part);
  }
  if (whole && fetched.length === 2)
    await recordOfficial(
      join(folder, "lists"),
      listNames.map((name) => join(folder, "lists", name)),
      cub200.images,
    );
  return undefined;
}

async function fetchArchive(
  part: Part,
  path: string,
  { allowDownload = true, onProgress, address = cub200.address }: FetchOptions,
): Promise<string | undefined> {
  if (!allowDownload) return "downloads are off";
  try {
    await download({
      ...cub200[part],
      address: new URL(cub200[part].name, address).href,
      path,
      ...(onProgress && { onProgress }),
    });
    return undefined;
  } catch (error) {
    // Who has waited for half a file wants to hear about it, not to train on something else.
    const givesNone =
      error instanceof DownloadError && (error.reason === "unreachable" || error.reason === "refused");
    if (!givesNone) throw error;
    return error.message.replace(/\.$/, "");
  }
}

async function describeBirds<Folder extends Dataset<{ readonly count: number }>>(
  folder: string,
  { data }: LoadOptions,
  found: Folder,
): Promise<Folder> {
  const { id, title, license, citation } = cub200;
  const files = await describeLists(folder, dataFolder(data), found);
  const official = files.every((file) => file.official) && isComplete(found);
  return {
    ...found,
    ...{ id, title, license, citation, files },
    classes: found.classes.map(className),
    origin: official ? "official" : "other",
    note: noteOn(found, official),
  };
}

/** The lists stand for the photographs: there are too many to name each. */
async function describeLists(folder: string, data: string, { train, test }: Counted): Promise<DataFile[]> {
  const counts = [train.count, test.count];
  const describe = async (name: string, i: number): Promise<DataFile> => {
    const path = join(folder, "lists", name);
    const md5 = await md5OfFile(path);
    const count = counts[i]!;
    const official = await isOfficial(path, { name, md5: "", count }, md5);
    return { path, dataFolder: data, bytes: (await fileSize(path)) ?? 0, md5, official, count };
  };
  return Promise.all(listNames.map(describe));
}

function isComplete({ train, test, classes }: Counted): boolean {
  const { counts } = cub200;
  return train.count === counts.train && test.count === counts.test && classes.length === cub200.classCount;
}

/** "001.Black_footed_Albatross" */
function className(folder: string): string {
  return folder.replace(/^\d+\./, "").replaceAll("_", " ");
}

function noteOn(found: Counted, official: boolean): string {
  const number = (value: number) => value.toLocaleString("en-US");
  const sizes = `${number(found.train.count)} + ${number(found.test.count)} photographs`;
  const { name, counts, classCount } = cub200;
  if (official) return `official ${name} files: ${sizes}.`;
  if (isComplete(found))
    return `${name}: ${sizes} of ${classCount} classes, as many as published; whether they are the official bytes is not known.`;
  return (
    `not the whole ${name} set: ${sizes} of ${found.classes.length} classes, officially ${number(counts.train)} + ${number(counts.test)} of ` +
    `${classCount}. Accuracies are not comparable with published ones.`
  );
}

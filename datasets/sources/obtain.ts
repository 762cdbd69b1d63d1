/** @file A data set for an experiment: the files that are there, else downloaded ones, else a synthetic stand-in. */

import { basename, join, relative } from "node:path";
import { FileError } from "../../engine/errors.ts";
import type { DataFile, Dataset } from "../dataset.ts";
import { countClasses } from "../statistics.ts";
import { dataFolder } from "./data-folder.ts";
import { type FetchOptions, fetchFiles } from "./fetch-files.ts";
import { fileSize } from "./files.ts";
import { type FoundFiles, findFiles } from "./find-files.ts";
import { md5OfFile } from "./md5.ts";
import { isOfficial } from "./official-sums.ts";
import type { DatasetSource } from "./source.ts";

export interface LoadOptions extends FetchOptions {
  /** the data folder; see dataFolder() for the default */
  readonly data?: string;
  /** of the synthetic stand-in; default 0 */
  readonly seed?: number;
  /** the stand-in, whatever files are there: a run that began with it goes on with it */
  readonly synthetic?: boolean;
  /** images of the synthetic stand-in */
  readonly syntheticCounts?: { readonly train: number; readonly test: number };
}

/**
 * Loads a data set. Files in the data folder are used whatever their md5; missing ones are downloaded; if the network
 * does not give them, the whole data set is synthetic, as `origin` and `note` say. Real and synthetic images are never
 * mixed: where only some of the files are there, or others that are not read, that is an error which names them.
 * @throws FileError for a damaged or missing file, trouble with the disk, or a download that broke off half way
 */
export async function obtainDataset(source: DatasetSource, options: LoadOptions = {}): Promise<Dataset> {
  if (options.synthetic) return standInFor(source, options, "as this run had before");
  const data = dataFolder(options.data);
  const found = await findFiles(source, data);
  if (found.missing.length === 0) return readDataset(source, data, found);
  const folder = join(data, source.folder);
  const trouble = await fetchFiles(source, folder, found, options);
  if (trouble === undefined) {
    const fetched = await findFiles(source, data);
    if (fetched.missing.length === 0) return readDataset(source, data, fetched);
    throw incomplete(source, folder, fetched, "they were fetched, and went away");
  }
  if (found.paths.size + found.others.length > 0) throw incomplete(source, folder, found, trouble);
  return standInFor(source, options, `none of its files are in the data folder; ${trouble}`);
}

async function readDataset(source: DatasetSource, data: string, { paths }: FoundFiles): Promise<Dataset> {
  const { id, title, classes, license, citation } = source;
  const { train, test, counts } = await source.read((name) => paths.get(name)!);
  const files: DataFile[] = [];
  for (const file of source.files) {
    const path = paths.get(file.name)!;
    const md5 = await md5OfFile(path);
    const bytes = (await fileSize(path)) ?? 0;
    const official = await isOfficial(path, file, md5);
    files.push({ path, dataFolder: data, bytes, md5, official, count: counts.get(file.name) ?? 0 });
  }
  const official = files.every((file) => file.official);
  const present = countClasses(train, classes.length).filter((count) => count > 0).length;
  const sizes = `${number(train.count)} + ${number(test.count)} images`;
  return {
    id,
    title,
    classes,
    license,
    citation,
    train,
    test,
    files,
    origin: official ? "official" : "other",
    note: official ? `official ${source.name} files: ${sizes}.` : otherNote(source, data, files, present),
  };
}

function otherNote(
  { name, files, classes }: DatasetSource,
  data: string,
  found: readonly DataFile[],
  present: number,
) {
  const describe = ({ path, count }: DataFile, i: number) => {
    const { holds = "images", count: published } = files[i]!;
    const unit = count === 1 ? holds.slice(0, -1) : holds;
    const instead = count === published ? "" : `, officially ${number(published)}`;
    return `${relative(data, path)} (${number(count)} ${unit}${instead})`;
  };
  const others = found.flatMap((file, i) => (file.official ? [] : [describe(file, i)])).join(", ");
  const absent = present < classes.length ? ` Only ${present} of ${classes.length} classes occur.` : "";
  return `not the official ${name} files (other md5): ${others}.${absent} Accuracies are not comparable with published ones.`;
}

/** At most so many of the things that lie there are named. */
const mostNamed = 8;

function incomplete(
  { name }: DatasetSource,
  folder: string,
  { missing, paths, others }: FoundFiles,
  trouble: string,
): FileError {
  const list = missing.map((file) => file.name).join(", ");
  const there =
    paths.size > 0 ? `, ${[...paths.values()].map((path) => basename(path)).join(", ")} found` : "";
  const named = others.slice(0, mostNamed).join(", ") + (others.length > mostNamed ? ", ..." : "");
  const besides = named ? ` What lies there and is not read: ${named}.` : "";
  return new FileError(
    `${folder}: ${list} of ${name} not found${there} (${trouble}).${besides} Put the missing there, or name another ` +
      "data folder with --data: only where nothing of it lies do synthetic images stand in.",
  );
}

/** The synthetic images that are taken instead, because of some trouble. */
export function standInFor(
  { id, name, classes, standIn }: Pick<DatasetSource, "id" | "name" | "classes" | "standIn">,
  options: LoadOptions,
  trouble: string,
): Dataset {
  const { seed = 0, syntheticCounts: counts = standIn.counts } = options;
  const sizes = `${number(counts.train)} + ${number(counts.test)}`;
  return {
    id,
    title: `Synthetic ${standIn.what} (stand-in for ${name})`,
    classes: standIn.classes ?? classes,
    train: standIn.draw("train", counts.train, seed),
    test: standIn.draw("test", counts.test, seed),
    origin: "synthetic",
    files: [],
    note: `SYNTHETIC stand-in: ${sizes} ${standIn.what} made with seed ${seed}, not ${name} (${trouble}).`,
    license: "Made by wgrad; free of rights of others.",
    citation: `Synthetic ${standIn.what} of wgrad.`,
  };
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}

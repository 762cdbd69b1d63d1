/** @file Street digits for an experiment: the files that are there, else downloaded ones, else a synthetic stand-in. */

import { join } from "node:path";
import { dataFolder } from "./data-folder.ts";
import type { Dataset } from "./dataset.ts";
import { type DownloadProgress, download } from "./download.ts";
import { fileSize } from "./files.ts";
import { DownloadError } from "./http.ts";
import { readSvhn, type SvhnPart, svhnFacts, svhnFiles, svhnFolder } from "./svhn.ts";
import { syntheticCounts, syntheticStreetDigits } from "./synthetic-street-digits.ts";

export interface LoadOptions {
  /** the data folder; see dataFolder() for the default */
  readonly data?: string;
  /** whether missing files may be downloaded; default true */
  readonly allowDownload?: boolean;
  /** whether the training set includes the 531,131 extra images; default false */
  readonly extra?: boolean;
  /** called while a file is downloaded */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** of the synthetic stand-in; default 0 */
  readonly seed?: number;
  /** images of the synthetic stand-in */
  readonly syntheticCounts?: { readonly train: number; readonly test: number };
  /** where the files are published; another mirror, or a server of a test */
  readonly address?: string;
}

const officialAddress = "http://ufldl.stanford.edu/housenumbers/";

/**
 * Loads SVHN. Files in the data folder are used whatever their md5; missing ones are downloaded; if the network does not
 * give them, the whole data set is synthetic, as `origin` and `note` say. Real and synthetic images are never mixed.
 * @throws FileError for a damaged file, trouble with the disk, or a download that broke off half way
 */
export async function loadSvhn(options: LoadOptions = {}): Promise<Dataset> {
  const folder = dataFolder(options.data);
  const parts: SvhnPart[] = options.extra ? ["train", "test", "extra"] : ["train", "test"];
  const missing: SvhnPart[] = [];
  for (const part of parts) {
    if ((await fileSize(pathOf(folder, part))) === undefined) missing.push(part);
  }
  const trouble = await fetchMissing(folder, missing, options);
  if (trouble) return standIn(options, trouble);
  return readSvhn(folder, options.extra ?? false);
}

/** Downloads what is missing; says why if the network does not give it. */
async function fetchMissing(
  folder: string,
  missing: readonly SvhnPart[],
  { allowDownload = true, onProgress, address = officialAddress }: LoadOptions,
): Promise<string | undefined> {
  const names = missing.map((part) => svhnFiles[part].name).join(" and ");
  if (missing.length > 0 && !allowDownload)
    return `${names} not in ${join(folder, svhnFolder)}, downloads are off`;
  for (const part of missing) {
    const { name, md5 } = svhnFiles[part];
    try {
      await download({
        address: new URL(name, address).href,
        path: pathOf(folder, part),
        md5,
        ...(onProgress && { onProgress }),
      });
    } catch (error) {
      // Who has waited for half a file wants to hear about it, not to train on something else.
      const networkGivesNone =
        error instanceof DownloadError && (error.reason === "unreachable" || error.reason === "refused");
      if (!networkGivesNone) throw error;
      return `${names} not in ${join(folder, svhnFolder)}: ${error.message.replace(/\.$/, "")}`;
    }
  }
  return undefined;
}

function standIn(
  { seed = 0, syntheticCounts: counts = syntheticCounts }: LoadOptions,
  trouble: string,
): Dataset {
  const sizes = `${counts.train.toLocaleString("en-US")} + ${counts.test.toLocaleString("en-US")}`;
  return {
    id: "svhn",
    title: "Synthetic street digits (stand-in for SVHN)",
    classes: svhnFacts.classes,
    train: syntheticStreetDigits("train", counts.train, seed),
    test: syntheticStreetDigits("test", counts.test, seed),
    origin: "synthetic",
    files: [],
    note: `SYNTHETIC stand-in: ${sizes} street digits made with seed ${seed}, not SVHN (${trouble}).`,
    license: "Made by wgrad; free of rights of others.",
    citation: "Synthetic street digits of wgrad.",
  };
}

function pathOf(folder: string, part: SvhnPart): string {
  return join(folder, svhnFolder, svhnFiles[part].name);
}

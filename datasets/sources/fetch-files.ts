/** @file Brings the missing files of a data set from the network or from its archive. */

import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type DownloadProgress, download } from "./download.ts";
import type { FoundFiles } from "./find-files.ts";
import { DownloadError } from "./http.ts";
import { md5OfFile } from "./md5.ts";
import { recordOfficial } from "./official-sums.ts";
import type { DatasetSource, PublishedArchive } from "./source.ts";
import { unpackTar } from "./unpack.ts";

export interface FetchOptions {
  /** whether missing files may be downloaded; default true */
  readonly allowDownload?: boolean;
  /** called while a file is downloaded */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** where the files are published; another mirror, or a server of a test */
  readonly address?: string;
}

/**
 * Fetches `missing` into `folder`. If the data set is published in one archive, `archive`, the one that is there, is unpacked;
 * without one it is downloaded for that.
 * @returns undefined when they are there, else why the network does not give them
 * @throws FileError for trouble with the disk or a damaged archive; DownloadError for a download that broke off
 */
export async function fetchFiles(
  source: DatasetSource,
  folder: string,
  { missing, archive }: Pick<FoundFiles, "missing" | "archive">,
  options: FetchOptions,
): Promise<string | undefined> {
  if (source.archive) return fetchArchive(source, source.archive, folder, { missing, archive }, options);
  for (const file of missing) {
    const trouble = await fetchFile(source, file, join(folder, file.name), options);
    if (trouble) return trouble;
  }
  return undefined;
}

async function fetchArchive(
  source: DatasetSource,
  published: PublishedArchive,
  folder: string,
  { missing, archive }: Pick<FoundFiles, "missing" | "archive">,
  options: FetchOptions,
): Promise<string | undefined> {
  const path = archive ?? join(dirname(folder), published.name);
  const trouble = archive ? undefined : await fetchFile(source, published, path, options);
  if (trouble) return trouble;
  const names = missing.map(({ name }) => name);
  await unpackTar(path, folder, names);
  if ((await md5OfFile(path)) === published.md5) {
    const paths = names.map((name) => join(folder, name));
    await recordOfficial(folder, paths, published);
  }
  if (!archive) await rm(path, { force: true });
  return undefined;
}

/** Downloads one file from the first address that has it. */
async function fetchFile(
  { addresses }: DatasetSource,
  { name, md5 }: PublishedArchive,
  path: string,
  { allowDownload = true, onProgress, address }: FetchOptions,
): Promise<string | undefined> {
  if (!allowDownload) return "downloads are off";
  const troubles: string[] = [];
  for (const base of address ? [address] : addresses) {
    try {
      await download({ address: new URL(name, base).href, path, md5, ...(onProgress && { onProgress }) });
      return undefined;
    } catch (error) {
      // Who has waited for half a file wants to hear about it, not to train on something else.
      const networkGivesNone =
        error instanceof DownloadError && (error.reason === "unreachable" || error.reason === "refused");
      if (!networkGivesNone) throw error;
      troubles.push(error.message.replace(/\.$/, ""));
    }
  }
  return troubles.join("; ");
}

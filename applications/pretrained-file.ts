/** @file The file of trained weights: in the data folder, else from its official address, and held against its MD5. */
import { join } from "node:path";
import { dataFolder } from "../datasets/sources/data-folder.ts";
import { type DownloadProgress, download } from "../datasets/sources/download.ts";
import { fileSize } from "../datasets/sources/files.ts";
import { DownloadError } from "../datasets/sources/http.ts";
import { md5OfFile } from "../datasets/sources/md5.ts";
import { FileError } from "../engine/errors.ts";

/** A published file. */
export interface PretrainedFile {
  readonly name: string;
  readonly md5: string;
  /** below the data folder */
  readonly folder: string;
  /** folders on the network that have it, the first its own; none: it cannot be downloaded in this form */
  readonly addresses: readonly string[];
  /** where it comes from, for those that have to get it by hand */
  readonly source: string;
}

/** Where a file of trained weights is looked for, and whether it may be downloaded. */
export interface ObtainOptions {
  /** the data folder; `WGRAD_DATA`, else `~/.cache/wgrad/data`, unless given */
  readonly data?: string;
  /** whether a missing file may be downloaded; default true */
  readonly allowDownload?: boolean;
  /** called while the file is downloaded */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** folder on the network that has the file: a mirror */
  readonly address?: string;
}

/**
 * The path of the file, which is there and whole. A download that broke off is resumed by the next call.
 * @throws FileError if it is not there and does not come, with the place to put it by hand, or if it is another file
 */
export async function obtainPretrained(file: PretrainedFile, options: ObtainOptions = {}): Promise<string> {
  const path = join(dataFolder(options.data), file.folder, file.name);
  if ((await fileSize(path)) === undefined) await fetchPretrained(file, path, options);
  else await checkPretrained(file, path);
  return path;
}

async function checkPretrained({ md5, source }: PretrainedFile, path: string): Promise<void> {
  const found = await md5OfFile(path);
  if (found === md5) return;
  throw new FileError(
    `${path}: it has md5 ${found}, the file of trained weights (${source}) has ${md5}. Remove it, or give its path as \`weights\` to load it as it is.`,
  );
}

async function fetchPretrained(file: PretrainedFile, path: string, options: ObtainOptions): Promise<void> {
  const { allowDownload = true, onProgress, address } = options;
  const folders = address === undefined ? file.addresses : [address];
  const troubles = allowDownload ? [] : ["downloads are off"];
  for (const folder of allowDownload ? folders : []) {
    try {
      const from = new URL(file.name, folder).href;
      await download({ address: from, path, md5: file.md5, ...(onProgress && { onProgress }) });
      return;
    } catch (error) {
      // Half a file is worth waiting for, and to be told of; another server would begin anew.
      if (!(error instanceof DownloadError) || error.reason === "interrupted") throw error;
      troubles.push(error.message.replace(/\.$/, ""));
    }
  }
  throw byHand(file, path, troubles);
}

function byHand({ name, md5, source, addresses }: PretrainedFile, path: string, troubles: readonly string[]) {
  const trouble = troubles.length > 0 ? ` (${troubles.join("; ")})` : "";
  const from = addresses[0] === undefined ? source : new URL(name, addresses[0]).href;
  return new FileError(
    `the trained weights ${name} are not in the data folder${trouble}. Get them from ${from} and put them there as ${path} (md5 ${md5}), or ` +
      "take `weights: null` for random ones.",
  );
}

/** @file Downloads one file so that it is there whole and checked, or not there at all: resumed, hashed, renamed. */

import { type FileHandle, mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { formatBytes } from "../../engine/errors.ts";
import { checkFreeSpace, fileError, fileSize, openForWriting, writeAll } from "./files.ts";
import { brokenOff, DownloadError, type RemoteBytes, requestBytes } from "./http.ts";
import { md5OfFile } from "./md5.ts";

/** How far a download is. */
export interface DownloadProgress {
  /** name of the file, without folders */
  readonly file: string;
  /** bytes of the file that are here, those of an earlier attempt included */
  readonly received: number;
  /** size of the whole file; undefined if the server does not say */
  readonly total: number | undefined;
  /** bytes per second since the transfer began */
  readonly bytesPerSecond: number;
}

export interface DownloadRequest {
  readonly address: string;
  readonly path: string;
  /** expected MD5; without it any bytes are taken */
  readonly md5?: string;
  /** called about ten times per second, and at the end */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** more is not the file that was asked for, and would fill the disk; default 2 GB, the largest official file has 1.3 */
  readonly mostBytes?: number;
  /** give up if no answer begins within; default 5 */
  readonly connectSeconds?: number;
  /** give up if nothing comes for; default 30 */
  readonly stallSeconds?: number;
}

const progressMilliseconds = 100;

/** How often a transfer that broke off is taken up again before giving up. */
const resumptions = 3;

/**
 * Downloads `address` to `path`. Bytes gather in `<path>.part`, which a later call resumes; the file is renamed into
 * place only when it is whole, has the expected MD5 and is on the disk.
 * @throws DownloadError for no network, a refusal, or another MD5; FileError for trouble with the disk
 */
export async function download(request: DownloadRequest): Promise<void> {
  const part = `${request.path}.part`;
  const resumed = (await receive(request, part)) > 0;
  if (request.md5 && resumed && (await md5OfFile(part)) !== request.md5) {
    // The beginning may stem from another file: once more from the first byte.
    await rm(part);
    await receive(request, part);
  }
  if (request.md5) await checkMd5(request, part, request.md5);
  try {
    await rename(part, request.path);
  } catch (error) {
    throw fileError("write", request.path, error);
  }
}

/** Brings `<path>.part` to its full length; says at which byte it began. */
async function receive(request: DownloadRequest, part: string): Promise<number> {
  const limits = { connectSeconds: request.connectSeconds ?? 5, stallSeconds: request.stallSeconds ?? 30 };
  let first: number | undefined;
  let interruption: DownloadError | undefined;
  for (let left = resumptions; ; left--) {
    const before = (await fileSize(part)) ?? 0;
    const remote = await requestBytes(request.address, before, limits).catch((error: unknown) => {
      throw interruption ?? error;
    });
    first ??= remote.start;
    try {
      await writePart(request, part, remote);
      return first;
    } catch (error) {
      if (!(error instanceof DownloadError) || left === 0) throw error;
      if (error.reason === "checksum") {
        await rm(part);
        throw error;
      }
      interruption = error;
    }
  }
}

async function writePart(request: DownloadRequest, part: string, remote: RemoteBytes): Promise<void> {
  const { mostBytes = 2e9 } = request;
  let file: FileHandle | undefined;
  let position = remote.start;
  try {
    await mkdir(dirname(part), { recursive: true });
    if (remote.total !== undefined) {
      await checkFreeSpace("download", dirname(part), remote.total - remote.start);
    }
    file = await openForWriting(part, position > 0);
    const report = progressReporter(request, remote);
    for await (const chunk of remote.chunks) {
      if (Math.max(remote.total ?? 0, position + chunk.length) > mostBytes)
        throw tooLong(request.address, mostBytes);
      await writeAll(file, chunk, position);
      position += chunk.length;
      report(position);
    }
    report(position, true);
    await file.sync();
  } catch (error) {
    throw fileError("write", part, error);
  } finally {
    await file?.close();
  }
  if (remote.total !== undefined && position !== remote.total) {
    throw brokenOff(request.address, `${position} of ${remote.total} bytes came`);
  }
}

function tooLong(address: string, mostBytes: number): DownloadError {
  return new DownloadError(
    "checksum",
    `${address}: more than ${formatBytes(mostBytes)} come, so it is not the official file.`,
  );
}

function progressReporter({ path, onProgress }: DownloadRequest, { start, total }: RemoteBytes) {
  const began = performance.now();
  const file = basename(path);
  let last = began;
  return (received: number, final = false) => {
    const now = performance.now();
    if (!onProgress || (!final && now - last < progressMilliseconds)) return;
    last = now;
    const bytesPerSecond = (1000 * (received - start)) / Math.max(1, now - began);
    onProgress({ file, received, total, bytesPerSecond });
  };
}

async function checkMd5(request: DownloadRequest, part: string, expected: string): Promise<void> {
  const found = await md5OfFile(part);
  if (found === expected) return;
  await rm(part);
  throw new DownloadError(
    "checksum",
    `${request.address}: the downloaded bytes have md5 ${found}, expected ${expected}. They were deleted; try again.`,
  );
}

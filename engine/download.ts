/** @file download(): from the page's own storage to the folder where downloads go. */

import { platform } from "#platform";
import { requirePath } from "./options.ts";

/**
 * In a page: hands a file of the page's storage ("runs/weights.safetensors") to whoever sits before it, as a download called `name`,
 * by default the last part of `path`. The browser decides where it goes, or asks. Rejects with FileError if there is no such
 * file, in a worker, which has no page, and in Node, where the file is on the disk already.
 */
export async function download(path: string, name?: string): Promise<void> {
  requirePath("download", path);
  if (name !== undefined) requirePath("download", name);
  await platform.download(path, name ?? path.slice(path.lastIndexOf("/") + 1));
}

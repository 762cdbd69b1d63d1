/** @file A download: the click on a link that nobody sees. */
import { FileError } from "../../errors.ts";
import { fileStore } from "./store.ts";

/** For how long the browser may take to begin, in milliseconds: it reads the file after the click. */
const patience = 60_000;

export async function download(path: string, name: string): Promise<void> {
  if (globalThis.document === undefined)
    throw new FileError(`Cannot download ${path}: a worker has no page. Call download() in the page.`);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await fileStore.blob(path));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), patience);
}

/** @file Decoded photographs in one file on disk, each to be read alone; the file is used if it is of exactly these photographs. */
import { createHash } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { FileError } from "../../../engine/errors.ts";
import { makeFolder, removeLeftovers, temporaryName } from "../../../engine/platform/node/files.ts";
import { errorCode, fileError, openRegularFile, writeAll } from "../files.ts";
import type { PreparedImage } from "./decode-file.ts";

/** Length and MD5 of the file, or why it is broken. */
export type DecodedFile = { readonly bytes: number; readonly md5: string } | { readonly broken: string };

/** SHA-256 of the pixels, too: a damaged disk is noticed. */
type Entry =
  | { readonly bytes: number; readonly md5: string; readonly sum: string }
  | { readonly broken: string };

/** What stands at the end of the file, as JSON. */
interface Directory {
  /** what the pixels were made from */
  readonly key: string;
  readonly entries: readonly Entry[];
}

/** Behind the directory: its length (u32) and its SHA-256. */
const tailBytes = 36;

/**
 * Pixels of photograph i from byte i * imageBytes on, then the directory. While photographs are added the file has a temporary
 * name, so that runs side by side see a whole one or none.
 */
export class ImageCache {
  readonly path: string;
  readonly imageBytes: number;
  readonly #key: string;
  readonly #file: FileHandle;
  readonly #entries: (Entry | undefined)[];
  #missing: number;
  /** it has its name */
  #finished: boolean;
  #closed = false;

  private constructor(
    path: string,
    key: string,
    imageBytes: number,
    { file, entries, finished }: { file: FileHandle; entries: (Entry | undefined)[]; finished: boolean },
  ) {
    this.path = path;
    this.imageBytes = imageBytes;
    this.#key = key;
    this.#file = file;
    this.#entries = entries;
    this.#finished = finished;
    this.#missing = finished ? 0 : entries.length;
  }

  /** undefined if there is no file, or it is damaged or of other photographs: then they are decoded anew. */
  static async open(path: string, key: string, imageBytes: number): Promise<ImageCache | undefined> {
    let file: FileHandle | undefined;
    try {
      file = await openRegularFile(path);
      const directory = await readDirectory(file);
      if (directory?.key === key)
        return new ImageCache(path, key, imageBytes, {
          file,
          entries: [...directory.entries],
          finished: true,
        });
      await file.close();
      return undefined;
    } catch (error) {
      await file?.close();
      const { cause } = error as FileError;
      if (errorCode(cause ?? error) === "ENOENT") return undefined;
      throw fileError("read", path, error);
    }
  }

  /** Room for `count` photographs. @throws FileError if the disk does not take it */
  static async create(path: string, key: string, imageBytes: number, count: number): Promise<ImageCache> {
    try {
      makeFolder(dirname(path));
      removeLeftovers(path);
      const file = await open(temporaryName(path, process.pid), "wx+");
      return new ImageCache(path, key, imageBytes, { file, entries: new Array(count), finished: false });
    } catch (error) {
      throw fileError("write", path, error);
    }
  }

  /** Of a photograph that was added. */
  entry(index: number): DecodedFile | undefined {
    return this.#entries[index];
  }

  /** The pixels; undefined if they were not added, or are damaged. */
  async read(index: number): Promise<Uint8Array | undefined> {
    const entry = this.#entries[index];
    if (!entry || "broken" in entry) return undefined;
    const pixels = new Uint8Array(this.imageBytes);
    for (let done = 0; done < pixels.length; ) {
      const place = index * this.imageBytes + done;
      const { bytesRead } = await this.#file.read(pixels, done, pixels.length - done, place);
      if (bytesRead === 0) return undefined; // it has become shorter since
      done += bytesRead;
    }
    return sumOf(pixels) === entry.sum ? pixels : undefined;
  }

  /** Adds a photograph, or why it is broken; with the last one the file gets its name. @throws FileError */
  async add(index: number, image: PreparedImage | FileError): Promise<void> {
    if (this.#closed || this.#entries[index]) return;
    try {
      if (!(image instanceof FileError)) await writeAll(this.#file, image.pixels, index * this.imageBytes);
      if (this.#closed || this.#entries[index]) return;
      this.#entries[index] =
        image instanceof FileError
          ? { broken: image.message }
          : { bytes: image.bytes, md5: image.md5, sum: sumOf(image.pixels) };
      if (--this.#missing === 0) await this.#finish();
    } catch (error) {
      if (!this.#closed) throw fileError("write", this.path, error);
    }
  }

  /** The file has turned out to be damaged: it goes, and the next run makes it anew. */
  async discard(): Promise<void> {
    if (this.#finished) await rm(this.path, { force: true });
  }

  /** Removes the file if it is not whole. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#file.close();
    if (!this.#finished) await rm(temporaryName(this.path, process.pid), { force: true });
  }

  async #finish(): Promise<void> {
    const directory = { key: this.#key, entries: this.#entries as Entry[] } satisfies Directory;
    const text = new TextEncoder().encode(JSON.stringify(directory));
    const tail = new Uint8Array(tailBytes);
    new DataView(tail.buffer).setUint32(0, text.length, true);
    tail.set(createHash("sha256").update(text).digest(), 4);
    const end = this.#entries.length * this.imageBytes;
    await writeAll(this.#file, text, end);
    await writeAll(this.#file, tail, end + text.length);
    await this.#file.sync();
    await rename(temporaryName(this.path, process.pid), this.path);
    this.#finished = true;
  }
}

async function readDirectory(file: FileHandle): Promise<Directory | undefined> {
  const { size } = await file.stat();
  if (size < tailBytes) return undefined;
  const tail = Buffer.alloc(tailBytes);
  await file.read(tail, 0, tailBytes, size - tailBytes);
  const length = tail.readUInt32LE(0);
  if (length > size - tailBytes) return undefined;
  const text = Buffer.alloc(length);
  await file.read(text, 0, length, size - tailBytes - length);
  if (createHash("sha256").update(text).digest().compare(tail, 4) !== 0) return undefined;
  return JSON.parse(text.toString()) as Directory;
}

function sumOf(pixels: Uint8Array): string {
  return createHash("sha256").update(pixels).digest("hex");
}

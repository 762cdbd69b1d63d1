/** @file The photographs of a folder by their number: from the cache on disk, or decoded now and put there. */
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { FileError, WgradError } from "../../../engine/errors.ts";
import { dataFolder } from "../data-folder.ts";
import type { Preparation } from "./decode-file.ts";
import { DecodePool } from "./decode-pool.ts";
import { type DecodedFile, ImageCache } from "./image-cache.ts";
import type { DecodeProgress, ImageFolderOptions } from "./options.ts";

export interface ReaderSource {
  readonly root: string;
  /** below the root, "/" between names */
  readonly names: readonly string[];
  readonly preparation: Preparation;
}

type ReaderOptions = Pick<ImageFolderOptions, "data" | "cache" | "onProgress" | "onLine">;

/** A photograph's pixels and file. */
export interface ReadImage {
  readonly pixels: Uint8Array;
  readonly file: DecodedFile;
}

export class PhotographReader {
  readonly #source: ReaderSource;
  readonly #pool: DecodePool;
  readonly #onProgress: ((progress: DecodeProgress) => void) | undefined;
  readonly #onLine: (text: string) => void;
  #cache: ImageCache | undefined;
  #closed = false;
  /** photographs that were decoded, each counted once */
  readonly #decoded = new Set<number>();

  private constructor(source: ReaderSource, { onProgress, onLine = () => {} }: ReaderOptions) {
    this.#source = source;
    this.#pool = new DecodePool(source.preparation, source.names.length);
    this.#onProgress = onProgress;
    this.#onLine = onLine;
  }

  /** A disk that takes nothing costs the cache and not the work. */
  static async open(source: ReaderSource, options: ReaderOptions): Promise<PhotographReader> {
    const reader = new PhotographReader(source, options);
    if (options.cache ?? true) await reader.#openCache(options.data);
    return reader;
  }

  /** Photographs that are decoded at the same time. */
  get lanes(): number {
    return this.#pool.lanes;
  }

  /** What the cache knows of a file without decoding it. */
  known(index: number): DecodedFile | undefined {
    return this.#cache?.entry(index);
  }

  pathOf(index: number): string {
    return join(this.#source.root, this.#source.names[index]!);
  }

  /** Rejects with FileError, naming the file, if it is broken. */
  async read(index: number): Promise<ReadImage> {
    if (this.#closed)
      throw new WgradError(`${this.pathOf(index)} is not read any more: the folder was closed.`);
    const file = this.known(index);
    if (file && "broken" in file) throw new FileError(file.broken);
    const kept = file && (await this.#cache!.read(index));
    if (kept) return { pixels: kept, file };
    if (file) await this.#cache?.discard();
    const image = await this.#pool.decode(this.pathOf(index));
    await this.#keep(index, image);
    this.#decoded.add(index);
    this.#onProgress?.({ done: this.#decoded.size, total: this.#source.names.length });
    if (image instanceof FileError) throw image;
    return { pixels: image.pixels, file: { bytes: image.bytes, md5: image.md5 } };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#pool.close();
    await this.#cache?.close();
  }

  async #openCache(data: string | undefined): Promise<void> {
    const { root, names, preparation } = this.#source;
    const { height, width, filter } = preparation;
    const key = await keyOf(this.#source);
    const name = `${basename(root)}-${height}x${width}-${filter}-${key.slice(0, 16)}.bin`;
    const path = join(dataFolder(data), "image-folders", name);
    const bytes = height * width * 3;
    try {
      this.#cache =
        (await ImageCache.open(path, key, bytes)) ??
        (await ImageCache.create(path, key, bytes, names.length));
    } catch (error) {
      this.#withoutCache(error);
    }
  }

  async #keep(index: number, image: Parameters<ImageCache["add"]>[1]): Promise<void> {
    const cache = this.#cache;
    try {
      await cache?.add(index, image);
    } catch (error) {
      if (this.#cache !== cache) return; // another one has told it
      this.#withoutCache(error);
      await cache?.close();
    }
  }

  #withoutCache(error: unknown): void {
    if (!(error instanceof FileError)) throw error;
    this.#cache = undefined;
    this.#onLine(`${error.message} The decoded photographs are not kept: the next run decodes them again.`);
  }
}

/** Of what the pixels depend on: the files by size and time of change, and what is made of them. */
async function keyOf({ root, names, preparation }: ReaderSource): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify({ version: 2, root, preparation }));
  for (const name of names) {
    const found = await stat(join(root, name)).catch(() => undefined); // one that is not there is found when it is decoded
    hash.update(JSON.stringify([name, found?.size, found?.mtimeMs]));
  }
  return hash.digest("hex");
}

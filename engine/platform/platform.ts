/**
 * @file All that Node and a page do differently. `import { platform } from "#platform"` gives the one or the other: package.json
 * chooses by its "imports". Nothing else under engine, kernels, models, lessons and datasets/formats knows where it runs.
 */
import type { AdapterChoice } from "../adapter.ts";

export interface Platform {
  /** The value of an environment variable, WGRAD_KERNELS; undefined where there is none, and in a page. */
  environment(name: string): string | undefined;
  /** How many threads run at the same time. */
  processors(): number;
  /** The WGSL in a file below the project's root. Throws if it cannot be read; in a page always. */
  shaderText(path: string): string;
  /** Awaits `work`, a promise that the GPU settles, without keeping a processor busy. */
  patiently<T>(work: Promise<T>): Promise<T>;
  /**
   * Where adapters come from; undefined if there is no WebGPU. `unsafe`: with features of Dawn that are no part of WebGPU yet.
   * Throws AdapterError if a driver is chosen that is not there.
   */
  openGpu(choice: AdapterChoice, unsafe: boolean): Promise<AdapterSource | undefined>;
  /** The software adapter that npm install brought; undefined where there is no such thing. */
  openSoftwareGpu(unsafe: boolean): Promise<AdapterSource | undefined>;
  /** What to install or to use for an adapter, in one or two sentences. */
  advice(): string;
  /** Where the progress of a script is shown. */
  lineOutput(): LineOutput;
  readonly files: FileStore;
  /** Hands a file to the person at the page, as a download of that name. Rejects with FileError where there is no page. */
  download(path: string, name: string): Promise<void>;
}

/** The console, or a terminal. */
export interface LineOutput {
  line(text: string): void;
  /** shows a line that the next one takes the place of; undefined where none can */
  replaceable?(text: string): void;
  /** lets such a line stay, for others who write below it */
  end?(): void;
}

export type AdapterSource = Pick<GPU, "requestAdapter">;

/**
 * Named files of bytes: those of the disk in Node, those of the page's origin (OPFS, the origin private file system) in a
 * browser, where "runs/a.safetensors" is a file in the folder runs. All reject with FileError.
 */
export interface FileStore {
  /** the path of `name` within a folder */
  join(folder: string, name: string): string;
  /** the folder that a path lies in */
  folderOf(path: string): string;
  exists(path: string): Promise<boolean>;
  /** Makes a folder and those it lies in, unless they are there. */
  makeFolder(path: string): Promise<void>;
  open(path: string): Promise<OpenFile>;
  /** Writes a file that appears under its name only when it is whole; until then, and if anything fails, the old one stays. */
  write(path: string, parts: readonly Uint8Array[], options?: WriteOptions): Promise<void>;
  /**
   * Cuts a file to its first `kept` bytes, no matter what came after, and adds `bytes`. Resolves with its size; makes file and
   * folder if they are not there.
   */
  append(path: string, bytes: Uint8Array, kept?: number): Promise<number>;
  /** The size of a file; 0 if there is none. */
  size(path: string): Promise<number>;
  /** Removes what an interrupted write() of this file left behind. */
  removeLeftovers(path: string): Promise<void>;
  /** The file as the web's Blob, its bytes not in memory. */
  blob(path: string): Promise<Blob>;
}

export interface WriteOptions {
  /** make the folder if it is not there; default true */
  readonly makeFolder?: boolean;
}

/** A file that is open for reading, in parts, since it may be larger than what can be in memory. */
export interface OpenFile {
  /** in bytes */
  readonly size: number;
  /** The bytes from `begin` to `end` (exclusive), in a buffer of their own. Rejects with FileError if they are not there. */
  read(begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

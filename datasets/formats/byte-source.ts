/** @file Where the readers of this folder get their bytes: memory, or whatever else can give a range of them. */

import { ArgumentError } from "../../engine/errors.ts";
import { ByteReader } from "./byte-reader.ts";

/** How bytes are packed: a gzip file, or a zlib stream (RFC 1950). */
export type Packing = "gzip" | "zlib";

/** Bytes that can be read in any order. Numbers are counted from byte 0, `end` is exclusive. */
export interface ByteSource {
  /** what messages call it: a path, a URL */
  readonly name: string;
  /** bytes of memory that there are for what is read; Infinity where nobody knows */
  readonly mostMemory: number;
  /** how many bytes there are */
  size(): Promise<number>;
  /** The bytes of a range; fewer where the source ends. */
  slice(begin: number, end: number): Promise<Uint8Array>;
  /**
   * Runs `use` on the bytes of a range, unpacked.
   * @throws UnpackError from the reader, for packed bytes that are damaged
   */
  stream<T>(range: ByteRange, use: (reader: ByteReader) => Promise<T>): Promise<T>;
}

/** A part of a file: its bytes from `begin` up to `end` (exclusive), and how they are packed. */
export interface ByteRange {
  readonly begin: number;
  readonly end: number;
  /** default: not packed */
  readonly packing?: Packing | undefined;
}

/** What the readers of this folder take: bytes (of a `Response`: `await response.arrayBuffer()`), or a source of them. */
export type FileBytes = Uint8Array | ArrayBuffer | ByteSource;

/** Packed bytes that cannot be unpacked. */
export class UnpackError extends Error {
  /** cut off: the stream has no end; left over: bytes follow its end */
  readonly kind: "cut off" | "left over" | "invalid";

  constructor(kind: UnpackError["kind"], reason: string) {
    super(reason);
    this.name = "UnpackError";
    this.kind = kind;
  }
}

/** Gives bytes the name that messages call them by, e.g. the URL that they were fetched from. */
export function namedBytes(name: string, bytes: Uint8Array | ArrayBuffer): ByteSource {
  const all = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
  return {
    name,
    mostMemory: Number.POSITIVE_INFINITY,
    size: async () => all.length,
    slice: async (begin, end) => all.subarray(begin, end),
    async stream({ begin, end, packing }, use) {
      const range = all.subarray(begin, end);
      return use(new ByteReader(packing ? unpack(range, packing) : [range]));
    },
  };
}

/**
 * `file` as a source; bytes without a name are called `name`.
 * @throws ArgumentError if it is neither bytes nor a source
 */
export function sourceOf(file: FileBytes, name: string): ByteSource {
  if (file instanceof Uint8Array || file instanceof ArrayBuffer) return namedBytes(name, file);
  if (typeof file === "object" && file !== null && "stream" in file && "slice" in file && "size" in file) {
    if (typeof file.size === "function") return file;
  }
  throw new ArgumentError(
    `${name}: ${describe(file)} is given, expected a Uint8Array, an ArrayBuffer, or namedBytes(name, bytes).`,
  );
}

/** Several files; those without a name are numbered. @throws ArgumentError if there is none */
export function sourcesOf(files: readonly FileBytes[], name: string): ByteSource[] {
  if (files.length === 0) throw new ArgumentError(`${name}: no file is given.`);
  return files.map((file, i) =>
    sourceOf(file, files.length > 1 ? `${name} ${i + 1} of ${files.length}` : name),
  );
}

/** e.g. "a Response", whose bytes are still to be awaited */
function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return `a ${value.constructor?.name ?? "object"}`;
}

/** Packed bytes that are handed over at once: what is not wanted any more need not be unpacked. */
const chunkBytes = 256 * 1024;

async function* unpack(bytes: Uint8Array, packing: Packing): AsyncGenerator<Uint8Array, void, undefined> {
  let at = 0;
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.slice(at, at + chunkBytes));
      at += chunkBytes;
    },
  });
  const format = packing === "zlib" ? "deflate" : packing;
  const reader = packed.pipeThrough(new DecompressionStream(format)).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw new UnpackError("invalid", error instanceof Error ? error.message : String(error));
  } finally {
    reader.cancel().catch(() => {}); // a stream that failed has told why
  }
}

/** @file Exact reads from a stream of chunks: asks for n bytes, gets n bytes or an error. */

/** The stream ended before the bytes that were asked for. */
export class EndOfBytesError extends Error {
  constructor(wanted: number, got: number) {
    super(`ends after ${got} of ${wanted} bytes`);
    this.name = "EndOfBytesError";
  }
}

/** The number at `offset`, 32 bits without sign. */
export function readUint32(bytes: Uint8Array, offset: number, littleEndian: boolean): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(offset, littleEndian);
}

/** One character for each byte. */
export function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** Pulls bytes from a sequence of chunks, holding one chunk at a time. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  #ended = false;

  /** Whether the end of the bytes was met. */
  get ended(): boolean {
    return this.#ended;
  }

  constructor(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#chunks =
      Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  }

  /** The next `count` bytes, in memory of their own. */
  async read(count: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(count);
    await this.readInto(bytes);
    return bytes;
  }

  /** Fills `target` from the stream: each byte is copied once, straight to its place. */
  async readInto(target: Uint8Array): Promise<void> {
    let filled = 0;
    while (filled < target.length) {
      if (this.#chunk.length === 0 && !(await this.#advance())) {
        throw new EndOfBytesError(target.length, filled);
      }
      const part = this.#chunk.subarray(0, target.length - filled);
      target.set(part, filled);
      filled += part.length;
      this.#chunk = this.#chunk.subarray(part.length);
    }
  }

  /** Passes over the next `count` bytes. */
  async skip(count: number): Promise<void> {
    for (let left = count; left > 0; ) {
      if (this.#chunk.length === 0 && !(await this.#advance()))
        throw new EndOfBytesError(count, count - left);
      const passed = Math.min(left, this.#chunk.length);
      this.#chunk = this.#chunk.subarray(passed);
      left -= passed;
    }
  }

  /**
   * Reads to the end, so that a checksum behind the last byte is checked too; says how many bytes were left. With more
   * than `most` it stops early: a small packed file may unpack for minutes.
   */
  async drain(most = Number.POSITIVE_INFINITY): Promise<number> {
    let left = this.#chunk.length;
    while (left <= most && (await this.#advance())) left += this.#chunk.length;
    return left;
  }

  /** What is left, as it comes. */
  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#chunk.length > 0) yield this.#chunk;
    while (await this.#advance()) yield this.#chunk;
  }

  async #advance(): Promise<boolean> {
    const next = await this.#chunks.next();
    this.#ended = next.done === true;
    this.#chunk = next.done ? new Uint8Array(0) : next.value;
    return !this.#ended;
  }
}

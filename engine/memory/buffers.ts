/**
 * @file A pool of whole GPU buffers by size class. One queue runs all commands in order, so a released buffer
 * may be handed out again at once: whoever writes it next does so after everybody who still reads it.
 */
import { formatBytes, MemoryError } from "../errors.ts";
import type { Lifetime } from "./memory-layout.ts";

/** What the pool holds, in bytes. */
export interface MemoryUse {
  /** handed out now */
  readonly bytesInUse: number;
  /** the most that was handed out at any time since the last `resetPeak` */
  readonly peakBytes: number;
  /** taken from the device: in use and waiting for reuse */
  readonly bytesAllocated: number;
  /** buffers handed out now */
  readonly buffersInUse: number;
}

/** What an engine holds on the GPU. */
export interface EngineMemory extends MemoryUse {
  /** compiled kernels that are kept for the next use, 256 unless one step needs more */
  readonly pipelines: number;
}

export interface PoolOptions {
  /** where buffers come from and go back to, instead of the device */
  readonly parent?: BufferPool;
  /** of a dry run: there are no buffers, and lifetimes are noted */
  readonly planning?: boolean;
}

/** Creates and destroys real buffers; the planning pool of a dry run has none. */
export interface BufferSource {
  create(bytes: number): GPUBuffer;
  destroy(buffer: GPUBuffer): void;
  readonly limits: { readonly maxStorageBufferBindingSize: number; readonly maxBufferSize: number };
}

/** One buffer on loan. In a dry run `buffer` is undefined: only the sizes are counted. */
export interface Block {
  readonly buffer: GPUBuffer | undefined;
  /** bytes asked for */
  readonly bytes: number;
  /** bytes of the size class */
  readonly capacity: number;
  /** where it goes back to */
  readonly pool: BlockPool;
}

/** Whatever lends blocks. */
export interface BlockPool {
  take(bytes: number, what: string): Block;
  give(block: Block): void;
  /** Hands back what waits now, and whatever is given back later at once. */
  close(): void;
}

/** Rounds up to multiples of 256 bytes, the alignment of bindings. */
export function wholeBlocks(bytes: number): number {
  return Math.ceil(bytes / 256) * 256;
}

/** Rounds up to one of 32 classes per power of two: at most one part in 32 is wasted. */
export function sizeClass(bytes: number): number {
  if (bytes <= 256) return 256;
  const step = 2 ** Math.max(8, Math.floor(Math.log2(bytes)) - 5);
  return Math.ceil(bytes / step) * step;
}

export class BufferPool implements BlockPool {
  readonly #source: BufferSource;
  readonly #parent: BufferPool | undefined;
  readonly #planning: boolean;
  /** of a dry run: when each block was taken and given back */
  readonly lifetimes: Lifetime[] = [];
  readonly #lifetimeOf = new Map<Block, Lifetime>();
  #events = 0;
  readonly #free = new Map<number, (GPUBuffer | undefined)[]>();
  #closed = false;
  #bytesInUse = 0;
  #peakBytes = 0;
  #bytesAllocated = 0;
  #buffersInUse = 0;
  /** since the pool was made */
  #mostInUse = 0;

  constructor(source: BufferSource, options: PoolOptions = {}) {
    this.#source = source;
    this.#parent = options.parent;
    this.#planning = options.planning ?? false;
  }

  get use(): MemoryUse {
    return {
      bytesInUse: this.#bytesInUse,
      peakBytes: this.#peakBytes,
      bytesAllocated: this.#bytesAllocated,
      buffersInUse: this.#buffersInUse,
    };
  }

  /** More waits for reuse than was ever in use at a time: sizes that are not asked for any more. */
  get wasteful(): boolean {
    return this.#bytesAllocated - this.#bytesInUse > this.#mostInUse;
  }

  resetPeak(): void {
    this.#peakBytes = this.#bytesInUse;
  }

  /** A buffer of at least `bytes`; `what` names it in the error when it is beyond the adapter's limits. */
  take(bytes: number, what: string): Block {
    const { maxStorageBufferBindingSize, maxBufferSize } = this.#source.limits;
    const limit = Math.min(maxStorageBufferBindingSize, maxBufferSize);
    if (bytes > limit) {
      throw new MemoryError(
        `${what} needs ${formatBytes(bytes)} in one buffer; this adapter binds at most ${formatBytes(limit)}. ` +
          "Use a smaller batch (or let fit() split it into micro-batches).",
      );
    }
    const capacity = Math.min(sizeClass(bytes), limit - (limit % 4));
    const waiting = this.#free.get(capacity);
    const buffer = waiting?.length ? waiting.pop() : this.#create(capacity, what);
    this.#bytesInUse += capacity;
    this.#buffersInUse++;
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytesInUse);
    this.#mostInUse = Math.max(this.#mostInUse, this.#bytesInUse);
    const block = { buffer, bytes, capacity, pool: this };
    if (this.#planning) this.#beginLifetime(block);
    return block;
  }

  give(block: Block): void {
    const waiting = this.#free.get(block.capacity);
    if (waiting) waiting.push(block.buffer);
    else this.#free.set(block.capacity, [block.buffer]);
    this.#bytesInUse -= block.capacity;
    this.#buffersInUse--;
    if (this.#planning) this.#lifetimeOf.get(block)!.to = this.#events++;
    if (this.#closed) this.trim();
  }

  close(): void {
    this.#closed = true;
    this.trim();
  }

  /** Hands every waiting buffer back: to the parent pool if there is one, else to the device. */
  trim(): void {
    for (const [capacity, buffers] of this.#free) {
      for (const buffer of buffers) {
        if (this.#parent) this.#parent.give({ buffer, bytes: capacity, capacity, pool: this.#parent });
        else if (buffer) this.#source.destroy(buffer);
        this.#bytesAllocated -= capacity;
      }
    }
    this.#free.clear();
  }

  #beginLifetime(block: Block): void {
    const lifetime = { bytes: wholeBlocks(block.bytes), from: this.#events++, to: Number.POSITIVE_INFINITY };
    this.lifetimes.push(lifetime);
    this.#lifetimeOf.set(block, lifetime);
  }

  #create(capacity: number, what: string): GPUBuffer | undefined {
    const create = () => (this.#planning ? undefined : this.#source.create(capacity));
    const buffer = this.#parent ? this.#parent.take(capacity, what).buffer : create();
    this.#bytesAllocated += capacity;
    return buffer;
  }
}

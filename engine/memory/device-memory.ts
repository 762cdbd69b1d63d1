/** @file The buffers of a device: one pool of them, and those that recordings and dry runs draw from it. */
import { formatBytes, MemoryError } from "../errors.ts";
import { BufferPool, type BufferSource, type PoolOptions } from "./buffers.ts";

const storageUsage = 0x80 | 0x04 | 0x08 | 0x40; // STORAGE | COPY_SRC | COPY_DST | UNIFORM

/** What the memory needs of the engine. */
interface MemoryEngine {
  readonly device: GPUDevice;
  /** no buffer may be larger */
  limits(): BufferSource["limits"];
  /** bytes that buffers may take together */
  readonly memoryLimit: number;
  /** submits what is encoded: it may use buffers that go back to the device */
  flush(): void;
  /** `check` rejects if there was no room */
  watch(check: Promise<unknown>): void;
}

export class DeviceMemory {
  readonly pool: BufferPool;
  readonly #engine: MemoryEngine;
  /** buffers that are there, on a device that is not the engine's */
  readonly #borrowed: Set<GPUBuffer> | undefined;

  /** `borrowed`: the device is not the engine's own */
  constructor(engine: MemoryEngine, borrowed: boolean) {
    this.#engine = engine;
    this.#borrowed = borrowed ? new Set() : undefined;
    this.pool = this.newPool();
  }

  /** A pool of its own, for a recording or a dry run. */
  newPool(options?: PoolOptions): BufferPool {
    const source = {
      create: (bytes: number) => this.#create(bytes),
      destroy: (buffer: GPUBuffer) => this.#destroy(buffer),
      limits: this.#engine.limits(),
    };
    return new BufferPool(source, options);
  }

  /** Returns buffers that wait for reuse to the device. */
  trim(): void {
    this.#engine.flush();
    this.pool.trim();
  }

  /** Frees the device, or the buffers on one that is not the engine's. */
  dispose(): void {
    const { device, flush } = this.#engine;
    if (!this.#borrowed) {
      device.destroy();
      return;
    }
    flush();
    for (const buffer of this.#borrowed) buffer.destroy();
  }

  #create(bytes: number): GPUBuffer {
    const { device, memoryLimit } = this.#engine;
    const exceeds = () => this.pool.use.bytesAllocated + bytes > memoryLimit;
    if (this.pool.wasteful || exceeds()) this.trim();
    if (exceeds()) throw beyondLimit(bytes, this.pool.use.bytesInUse, memoryLimit);
    device.pushErrorScope("out-of-memory");
    const buffer = device.createBuffer({ size: bytes, usage: storageUsage });
    this.#borrowed?.add(buffer);
    this.#engine.watch(
      device.popErrorScope().then((error) => {
        if (error) throw outOfMemory(bytes);
      }),
    );
    return buffer;
  }

  #destroy(buffer: GPUBuffer): void {
    buffer.destroy();
    this.#borrowed?.delete(buffer);
  }
}

const advice = "fit({ recompute: true }) and smaller batches need less.";

function outOfMemory(bytes: number): MemoryError {
  return new MemoryError(`The GPU is out of memory: a buffer of ${bytes} bytes was refused. ${advice}`);
}

function beyondLimit(bytes: number, inUse: number, limit: number): MemoryError {
  const [more, used, most] = [bytes, inUse, limit].map(formatBytes);
  return new MemoryError(
    `A buffer of ${more} beside the ${used} in use exceeds the memoryLimit of ${most}. ${advice}`,
  );
}

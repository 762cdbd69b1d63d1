/**
 * @file Samples of a data set on the GPU, as bytes or floats. They are cut into chunks at whole samples, because a
 * kernel binds at most 128 MiB at a time on many adapters.
 */
import { requireEngine } from "../../engine/arguments.ts";
import type { Engine } from "../../engine/device.ts";
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { checkValues, type HostValues } from "../../engine/host-values.ts";
import { allOrNone } from "../../engine/memory/all-or-none.ts";
import { checkOption, checkOptionNames, written } from "../../engine/options.ts";
import { checkShape, type Shape, sizeOf } from "../../engine/shape.ts";
import { type Tensor, toTyped } from "../../engine/tensor.ts";

/** Bytes are uploaded in pieces of about this many bytes. */
const pieceBytes = 16 * 2 ** 20;

/** How samples are cut into chunks. */
export interface SampleStoreOptions {
  /** largest chunk in bytes; the adapter's binding limit unless given */
  readonly chunkBytes?: number;
}

/** Samples of one shape on the GPU, bytes or f32, in chunks that kernels can bind. Owns its memory: dispose() frees it. */
export class SampleStore {
  readonly engine: Engine;
  readonly count: number;
  readonly sampleShape: Shape;
  readonly dtype: "u8" | "f32";
  /** elements from one sample to the next: a multiple of 4 */
  readonly stride: number;
  /** samples in every chunk but the last, which may have fewer */
  readonly chunkSamples: number;
  /** [samples, stride] each */
  readonly chunks: readonly Tensor[];

  /** Room for `count` samples of unspecified content. Throws MemoryError if one sample exceeds a chunk. */
  constructor(
    engine: Engine,
    count: number,
    sampleShape: Shape,
    dtype: "u8" | "f32",
    options: SampleStoreOptions = {},
  ) {
    requireEngine("data set", engine);
    checkShape(sampleShape, "data set");
    checkShape([count, ...sampleShape], "data set");
    if (dtype !== "u8" && dtype !== "f32") {
      throw new ArgumentError(`data set: dtype must be u8 or f32, got ${written(dtype)}.`);
    }
    checkOptionNames("data set", options, { chunkBytes: true });
    this.engine = engine;
    this.count = count;
    this.sampleShape = sampleShape;
    this.dtype = dtype;
    this.stride = Math.ceil(sizeOf(sampleShape) / 4) * 4;
    const { maxStorageBufferBindingSize, maxBufferSize } = engine.limits;
    const { chunkBytes = Math.min(maxStorageBufferBindingSize, maxBufferSize) } = options;
    checkOption("data set", "chunkBytes", chunkBytes, () => chunkBytes > 0, "a positive number of bytes");
    this.chunkSamples = Math.min(Math.max(Math.floor(chunkBytes / this.#sampleBytes), 1), count);
    this.chunks = allOrNone((own) =>
      Array.from({ length: Math.ceil(count / this.chunkSamples) }, (_, chunk) => {
        const samples = Math.min(this.chunkSamples, count - chunk * this.chunkSamples);
        return own(engine.keep(engine.allocate([samples, this.stride], dtype, "data set")));
      }),
    );
  }

  /** The samples in `values`, row-major, stored as storedValues() says. Throws ShapeError unless they are whole samples. */
  static upload(
    engine: Engine,
    values: HostValues,
    sampleShape: Shape,
    options: SampleStoreOptions = {},
  ): SampleStore {
    checkShape(sampleShape, "data set");
    const data = storedValues("data set", values);
    const count = data.length / sizeOf(sampleShape);
    if (!Number.isInteger(count) || count === 0) {
      throw new ShapeError(
        `data set: ${data.length} values are no samples of shape ${formatShape(sampleShape)}.`,
      );
    }
    const dtype = data instanceof Uint8Array ? "u8" : "f32";
    const store = new SampleStore(engine, count, sampleShape, dtype, options);
    store.write(0, data);
    return store;
  }

  /** Overwrites samples from `first` on. Throws ShapeError if `values` are not whole samples that are there. */
  write(first: number, values: HostValues): void {
    const data = storedValues("data set", values);
    const size = sizeOf(this.sampleShape);
    const samples = data.length / size;
    if (data instanceof Uint8Array !== (this.dtype === "u8")) {
      throw new ArgumentError(`data set: holds ${this.dtype}, got ${written(values)}.`);
    }
    if (!Number.isInteger(samples) || !Number.isInteger(first) || first < 0 || first + samples > this.count) {
      throw new ShapeError(
        `data set: ${data.length} values at sample ${written(first)} do not fit ${this.count} samples of ${formatShape(this.sampleShape)}.`,
      );
    }
    const most = Math.max(Math.floor(pieceBytes / this.#sampleBytes), 1);
    for (let done = 0; done < samples; ) {
      const chunk = Math.floor((first + done) / this.chunkSamples);
      const within = (first + done) % this.chunkSamples;
      const piece = Math.min(most, samples - done, this.chunkSamples - within);
      const values = this.#padded(data.subarray(done * size, (done + piece) * size), size);
      this.engine.upload(this.chunks[chunk]!, values, within * this.#sampleBytes);
      done += piece;
    }
  }

  /** Frees its memory on the GPU. */
  dispose(): void {
    for (const chunk of this.chunks) chunk.dispose();
  }

  /** dispose() at the end of a `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  get #sampleBytes(): number {
    return this.stride * (this.dtype === "u8" ? 1 : 4);
  }

  /** Samples of `size` elements moved apart to the stride. */
  #padded<T extends Uint8Array | Float32Array>(data: T, size: number): T | Uint8Array | Float32Array {
    if (size === this.stride) return data;
    const samples = data.length / size;
    const result =
      data instanceof Uint8Array
        ? new Uint8Array(samples * this.stride)
        : new Float32Array(samples * this.stride);
    for (let i = 0; i < samples; i++) result.set(data.subarray(i * size, (i + 1) * size), i * this.stride);
    return result;
  }
}

/** Values as data sets keep them on the GPU. */
export type StoredValues = Uint8Array | Float32Array;

/**
 * Arrays of bytes, as those of images and of canvas, stay bytes; all else becomes float32. That is about memory only: a value
 * means the same in both. Throws ArgumentError for what is no array of numbers, or has some that are too large for float32.
 */
export function storedValues(what: string, values: HostValues): StoredValues {
  checkValues(what, values);
  if (values instanceof Uint8ClampedArray)
    return new Uint8Array(values.buffer, values.byteOffset, values.length);
  return values instanceof Uint8Array ? values : (toTyped(values, "f32", what) as Float32Array);
}

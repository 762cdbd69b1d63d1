/**
 * @file The safetensors format in memory: 8 bytes of header length (little endian), a JSON header that gives each
 * tensor's dtype, shape and byte range, then the bytes. https://github.com/huggingface/safetensors#format
 */
import { FileError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import { type Shape, sizeOf } from "../../engine/shape.ts";
import {
  elementType,
  readableTypes,
  type SafetensorsData,
  type SafetensorsDType,
  typeOfArray,
} from "./element-types.ts";
import { numberToHalf } from "./half-precision.ts";
import { type ByteSource, type Layout, parseHeader, parseMetadata } from "./safetensors-header.ts";

export type { SafetensorsData, SafetensorsDType } from "./element-types.ts";

export interface SafetensorsTensor {
  /** as the file names it: one of SafetensorsDType, or one that wgrad cannot read, as F8_E4M3 */
  readonly dtype: string;
  readonly shape: Shape;
  /**
   * Values in row-major order: F16 and BF16 as Float32Array, BOOL as Uint8Array, the others as named. Throws FileError
   * for a dtype that wgrad cannot read.
   */
  readonly data: SafetensorsData;
}

export interface SafetensorsFile {
  /** by name, in the order of their bytes */
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface SafetensorsEntry {
  readonly name: string;
  readonly shape: Shape;
  readonly data: SafetensorsData;
  /** "F16" rounds Float32Array data to half precision; else the array's type decides */
  readonly dtype?: "F16";
}

/** A file that is in memory. */
export function bytesInMemory(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: (begin, end) => Uint8Array.from(bytes.subarray(begin, end)) };
}

/** Reads a whole file; `what` names it in errors. Throws FileError if it breaks the format. */
export function parseSafetensors(source: ByteSource, what = "safetensors"): SafetensorsFile {
  const { layouts, metadata, start } = parseHeader(source, what);
  const tensors = new Map(layouts.map((layout) => [layout.name, tensorOf(source, start, layout, what)]));
  return { tensors, metadata };
}

function tensorOf(
  source: ByteSource,
  start: number,
  { name, dtype, shape, begin, end }: Layout,
  what: string,
): SafetensorsTensor {
  const type = elementType(dtype);
  if (type) return { dtype, shape, data: type.read(source.read(start + begin, start + end)) };
  return {
    dtype,
    shape,
    get data(): never {
      const known = readableTypes.join(", ");
      throw new FileError(`${what}: tensor ${name} has dtype ${written(dtype)}; wgrad reads ${known}.`);
    },
  };
}

/**
 * The parts of a file, to be written one after the other: header, then each entry's bytes in the given order.
 * The same entries and metadata give the same bytes. Throws FileError on duplicate names and wrong sizes.
 */
export function serializeSafetensors(
  entries: readonly SafetensorsEntry[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const header: Record<string, unknown> = Object.create(null);
  if (!Array.isArray(entries))
    throw new FileError(`safetensors: needs a list of tensors, got ${written(entries)}.`);
  parseMetadata(metadata, "safetensors");
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const entry of entries) {
    const { dtype, bytes } = encode(entry);
    if (entry.name in header) throw new FileError(`safetensors: two tensors are named ${entry.name}.`);
    if (entry.name === "__metadata__")
      throw new FileError("safetensors: no tensor may be named __metadata__.");
    header[entry.name] = { dtype, shape: entry.shape, data_offsets: [offset, offset + bytes.length] };
    parts.push(bytes);
    offset += bytes.length;
  }
  return [encodeHeader(header), ...parts];
}

/** Header length and header, padded with spaces so that the tensors' bytes start at a multiple of 8. */
function encodeHeader(header: Record<string, unknown>): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(text, 8);
  return bytes;
}

function encode(entry: SafetensorsEntry): {
  dtype: SafetensorsDType;
  bytes: Uint8Array;
} {
  const { name, shape, data, dtype } = entry ?? {};
  if (typeof name !== "string") throw new FileError(`safetensors: a tensor's name is ${written(name)}.`);
  if (!ArrayBuffer.isView(data)) {
    throw new FileError(`safetensors: ${name} must be a typed array, got ${written(data)}.`);
  }
  const sound = Array.isArray(shape) && shape.every((size) => Number.isInteger(size) && size >= 0);
  if (!sound || sizeOf(shape) !== data.length) {
    throw new FileError(`safetensors: ${name} has ${data.length} values for shape ${written(shape)}.`);
  }
  if (dtype === "F16") {
    if (!(data instanceof Float32Array))
      throw new FileError(`safetensors: ${name} as F16 needs a Float32Array.`);
    return { dtype, bytes: bytesOf(Uint16Array.from(data, numberToHalf)) };
  }
  const own = typeOfArray(data);
  if (!own) throw new FileError(`safetensors: ${name} is ${written(data)}, which cannot be written.`);
  return { dtype: own, bytes: bytesOf(data) };
}

function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

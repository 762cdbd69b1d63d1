/**
 * @file The safetensors format in memory: 8 bytes of header length (little endian), a JSON header that gives each
 * tensor's dtype, shape and byte range, then the bytes. https://github.com/huggingface/safetensors#format
 */
import { FileError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import { type Shape, sizeOf } from "../../engine/shape.ts";
import { bfloatToNumber, halfToNumber, numberToHalf } from "./half-precision.ts";
import { parseHeader, parseMetadata } from "./safetensors-header.ts";

/** Element types that can be read. BF16 and F16 become float32 values; BF16 is not written. */
export type SafetensorsDType = "F64" | "F32" | "F16" | "BF16" | "I64" | "I32" | "U32" | "U8";

export type SafetensorsData =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | Int32Array
  | Uint32Array
  | Uint8Array;

export interface SafetensorsTensor {
  readonly dtype: SafetensorsDType;
  readonly shape: Shape;
  /** values in row-major order: F16 and BF16 as Float32Array, I64 as BigInt64Array, the others as named */
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

type Bytes = Uint8Array<ArrayBuffer>;

const readers: Record<SafetensorsDType, (bytes: Bytes) => SafetensorsData> = {
  F64: ({ buffer }) => new Float64Array(buffer),
  F32: ({ buffer }) => new Float32Array(buffer),
  F16: ({ buffer }) => Float32Array.from(new Uint16Array(buffer), halfToNumber),
  BF16: ({ buffer }) => Float32Array.from(new Uint16Array(buffer), bfloatToNumber),
  I64: ({ buffer }) => new BigInt64Array(buffer),
  I32: ({ buffer }) => new Int32Array(buffer),
  U32: ({ buffer }) => new Uint32Array(buffer),
  U8: (bytes) => bytes,
};

/** Reads a whole file given as bytes; `what` names it in errors. Throws FileError if it breaks the format. */
export function parseSafetensors(bytes: Uint8Array, what = "safetensors"): SafetensorsFile {
  const { layouts, metadata, start } = parseHeader(bytes, what);
  const tensors = new Map<string, SafetensorsTensor>();
  for (const { name, dtype, shape, begin, end } of layouts) {
    const own = new Uint8Array(end - begin); // a copy: aligned, and it does not keep the file in memory
    own.set(bytes.subarray(start + begin, start + end));
    tensors.set(name, { dtype, shape, data: readers[dtype](own) });
  }
  return { tensors, metadata };
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
  return { dtype: dtypeOf(data), bytes: bytesOf(data) };
}

function dtypeOf(data: SafetensorsData): SafetensorsDType {
  if (data instanceof Float32Array) return "F32";
  if (data instanceof Float64Array) return "F64";
  if (data instanceof BigInt64Array) return "I64";
  if (data instanceof Int32Array) return "I32";
  if (data instanceof Uint32Array) return "U32";
  if (data instanceof Uint8Array) return "U8";
  throw new FileError(`safetensors: ${written(data)} cannot be written.`);
}

function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * @file The safetensors format in memory: 8 bytes of header length (little endian), a JSON header that gives each
 * tensor's dtype, shape and byte range, then the bytes. https://github.com/huggingface/safetensors#format
 */
import { FileError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import type { OpenFile } from "../../engine/platform/platform.ts";
import { type Shape, sizeOf } from "../../engine/shape.ts";
import {
  elementType,
  readableTypes,
  type SafetensorsData,
  type SafetensorsDType,
  typeOfArray,
} from "./element-types.ts";
import { numberToHalf } from "./half-precision.ts";
import { headerEnd, type Layout, parseHeader, parseMetadata } from "./safetensors-header.ts";

export type { SafetensorsData, SafetensorsDType } from "./element-types.ts";

/** A tensor as it was read from a file. */
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

/** What a safetensors file holds: tensors by name, and texts beside them. */
export interface SafetensorsFile {
  /** by name, in the order of their bytes */
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A tensor to be written to a file. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly shape: Shape;
  readonly data: SafetensorsData;
  /** "F16" rounds Float32Array data to half precision; else the array's type decides */
  readonly dtype?: "F16";
}

/** Reads a file that is in memory; `what` names it in errors. Throws FileError if it breaks the format. */
export function parseSafetensors(bytes: Uint8Array, what = "safetensors"): SafetensorsFile {
  if (!(bytes instanceof Uint8Array))
    throw new FileError(`${what}: needs the bytes of a file as a Uint8Array, got ${written(bytes)}.`);
  const start = headerEnd(bytes, bytes.length, what);
  const { layouts, metadata } = parseHeader(bytes.subarray(8, start), bytes.length, what);
  const tensors = layouts.map((layout) => {
    const own = Uint8Array.from(bytes.subarray(start + layout.begin, start + layout.end));
    return [layout.name, tensorOf(layout, own, what)] as const;
  });
  return { tensors: new Map(tensors), metadata };
}

/** Reads an open file in parts: it may be larger than what can be in memory at once. Rejects with FileError. */
export async function readParts(file: OpenFile, what: string): Promise<SafetensorsFile> {
  const { size } = file;
  const start = headerEnd(await file.read(0, Math.min(8, size)), size, what);
  const { layouts, metadata } = parseHeader(await file.read(8, start), size, what);
  const tensors = new Map<string, SafetensorsTensor>();
  for (const layout of layouts) {
    const known = elementType(layout.dtype) !== undefined;
    const bytes = await file.read(start + layout.begin, known ? start + layout.end : start + layout.begin);
    tensors.set(layout.name, tensorOf(layout, bytes, what));
  }
  return { tensors, metadata };
}

function tensorOf(
  { name, dtype, shape }: Layout,
  bytes: Uint8Array<ArrayBuffer>,
  what: string,
): SafetensorsTensor {
  const type = elementType(dtype);
  if (type) return { dtype, shape, data: type.read(bytes) };
  return {
    dtype,
    shape,
    get data(): never {
      const known = readableTypes.join(", ");
      throw new FileError(`${what}: tensor ${name} has dtype ${written(dtype)}; wgrad reads ${known}.`);
    },
  };
}

/** The bytes of a file: those of serializeParts() in one piece. Throws FileError on duplicate names and wrong sizes. */
export function serializeSafetensors(
  entries: readonly SafetensorsEntry[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const parts = serializeParts(entries, metadata);
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * The parts of a file, to be written one after the other: header, then each entry's bytes in the given order.
 * The same entries and metadata give the same bytes. Throws FileError on duplicate names and wrong sizes.
 */
export function serializeParts(
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

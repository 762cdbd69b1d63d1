/** @file Element types of safetensors files: their widths, and arrays from their bytes. All values are kept exactly. */
import { halfToNumber } from "./half-precision.ts";

/** Element types that can be read; BOOL as 0 and 1. */
export type SafetensorsDType =
  | "F64"
  | "F32"
  | "F16"
  | "BF16"
  | "I64"
  | "U64"
  | "I32"
  | "U32"
  | "I16"
  | "U16"
  | "I8"
  | "U8"
  | "BOOL";

export type SafetensorsData =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

type Bytes = Uint8Array<ArrayBuffer>;

interface ElementType {
  /** bytes of an element */
  readonly width: number;
  /** The values whose bytes fill a buffer of their own. */
  readonly read: (bytes: Bytes) => SafetensorsData;
}

const types: Readonly<Record<SafetensorsDType, ElementType>> = {
  F64: { width: 8, read: ({ buffer }) => new Float64Array(buffer) },
  F32: { width: 4, read: ({ buffer }) => new Float32Array(buffer) },
  F16: { width: 2, read: ({ buffer }) => Float32Array.from(new Uint16Array(buffer), halfToNumber) },
  BF16: { width: 2, read: ({ buffer }) => bfloats(new Uint16Array(buffer)) },
  I64: { width: 8, read: ({ buffer }) => new BigInt64Array(buffer) },
  U64: { width: 8, read: ({ buffer }) => new BigUint64Array(buffer) },
  I32: { width: 4, read: ({ buffer }) => new Int32Array(buffer) },
  U32: { width: 4, read: ({ buffer }) => new Uint32Array(buffer) },
  I16: { width: 2, read: ({ buffer }) => new Int16Array(buffer) },
  U16: { width: 2, read: ({ buffer }) => new Uint16Array(buffer) },
  I8: { width: 1, read: ({ buffer }) => new Int8Array(buffer) },
  U8: { width: 1, read: (bytes) => bytes },
  BOOL: { width: 1, read: (bytes) => bytes },
};

/** Names of the types that can be read. */
export const readableTypes = Object.keys(types) as SafetensorsDType[];

/** undefined for a type that cannot be read: 8-bit floats, complex numbers, and what is invented later. */
export function elementType(dtype: string): ElementType | undefined {
  return Object.hasOwn(types, dtype) ? types[dtype as SafetensorsDType] : undefined;
}

/** The type that an array is written as. */
export function typeOfArray(data: SafetensorsData): SafetensorsDType | undefined {
  const arrays = [
    [Float32Array, "F32"],
    [Float64Array, "F64"],
    [BigInt64Array, "I64"],
    [BigUint64Array, "U64"],
    [Int32Array, "I32"],
    [Uint32Array, "U32"],
    [Int16Array, "I16"],
    [Uint16Array, "U16"],
    [Int8Array, "I8"],
    [Uint8Array, "U8"],
  ] as const;
  return arrays.find(([kind]) => data instanceof kind)?.[1];
}

/** bfloat16 is the upper half of a float32: its bits are moved, so that those of a NaN stay, too. */
function bfloats(patterns: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(patterns, (pattern) => pattern << 16).buffer);
}

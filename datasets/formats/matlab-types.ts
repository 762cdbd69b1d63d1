/** @file The numbers of the MATLAB version 5 format: storage types, array classes, and the typed arrays they become. */

/** Typed arrays that MATLAB's numeric classes become; 64-bit integers become doubles. */
export type NumericArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** Numbers as they are stored. */
export type StoredArray = NumericArray | BigInt64Array | BigUint64Array;

interface ArrayType<T extends StoredArray> {
  readonly BYTES_PER_ELEMENT: number;
  new (lengthOrBuffer: number | ArrayBuffer): T;
}

/** Storage types of data elements by number. The type may be smaller than the class: doubles 1..10 as uint8. */
export const storageTypes: ReadonlyMap<number, ArrayType<StoredArray>> = new Map<
  number,
  ArrayType<StoredArray>
>([
  [1, Int8Array],
  [2, Uint8Array],
  [3, Int16Array],
  [4, Uint16Array],
  [5, Int32Array],
  [6, Uint32Array],
  [7, Float32Array],
  [9, Float64Array],
  [12, BigInt64Array],
  [13, BigUint64Array],
]);

/** Storage types of text, which only appear where this reader skips them. */
export const textTypes: ReadonlySet<number> = new Set([16, 17, 18]);

/** Element types with elements of their own inside. */
export const matrixType = 14;
export const compressedType = 15;

/** Array classes by number. An opaque object has no dimensions. */
const classNames = [
  "(no class)",
  "cell",
  "struct",
  "object",
  "char",
  "sparse",
  "double",
  "single",
  "int8",
  "uint8",
  "int16",
  "uint16",
  "int32",
  "uint32",
  "int64",
  "uint64",
  "function",
  "opaque",
] as const;

const numericClasses: ReadonlyMap<string, ArrayType<NumericArray>> = new Map<string, ArrayType<NumericArray>>(
  [
    ["double", Float64Array],
    ["single", Float32Array],
    ["int8", Int8Array],
    ["uint8", Uint8Array],
    ["int16", Int16Array],
    ["uint16", Uint16Array],
    ["int32", Int32Array],
    ["uint32", Uint32Array],
    ["int64", Float64Array],
    ["uint64", Float64Array],
  ],
);

/** MATLAB's name of a class, e.g. 9 is "uint8". */
export function className(code: number): string {
  return classNames[code] ?? `class ${code}`;
}

/** The typed array of a numeric class; undefined for char, struct, cell and the like. */
export function numericClass(name: string): ArrayType<NumericArray> | undefined {
  return numericClasses.get(name);
}

/** @file Reading HDF5: groups, their attributes and arrays of numbers, nothing allocated beyond stated limits. */
import type { Attribute, Dataset, Group } from "h5wasm";
import { FileError, formatBytes, formatShape } from "../../engine/errors.ts";
import { printable } from "../../engine/printable.ts";
import type { Shape } from "../../engine/shape.ts";
import { checkStructure } from "./check.ts";
import { withFile } from "./library.ts";

/** The largest file, and what the arrays that are read from one may have in all, in bytes. */
export const largestFile = 2 ** 30;
/** What an attribute may have, in bytes: model_config of a large network has 200 kB. */
const largestAttribute = 2 ** 26;
const mostNames = 100_000;
/** Deflate makes a thousandth of zeros at best: what is said beyond this times the packed bytes is not in them. */
export const mostPacked = 1032;
/** arrays may say this much in a file of any size: those that nothing was written to hold zeros */
const neverWritten = 2 ** 20;

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

export interface HdfTensor {
  readonly shape: Shape;
  /** row-major */
  readonly data: Float32Array;
}

/** true if the bytes begin as HDF5 files do. */
export function isHdf5(bytes: Uint8Array): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

/** What `read` gives of the root group. Throws FileError for a file that is damaged, too large or no HDF5. */
export async function readHdf5<R>(what: string, bytes: Uint8Array, read: (root: HdfGroup) => R): Promise<R> {
  if (bytes.length === 0) throw new FileError(`${what}: the file is empty (0 bytes), HDF5 is expected.`);
  if (!isHdf5(bytes)) throw new FileError(`${what}: not an HDF5 file.`);
  if (bytes.length > largestFile)
    throw new FileError(
      `${what}: has ${formatBytes(bytes.length)}, the limit is ${formatBytes(largestFile)}.`,
    );
  checkStructure(what, bytes);
  return withFile(what, bytes, (library, path) => {
    const file = new library.File(path, "r");
    if (file.file_id < 0n) throw new FileError(`${what}: the HDF5 file is damaged or truncated.`);
    try {
      const limit = Math.min(largestFile, mostPacked * bytes.length + neverWritten);
      return read(new HdfGroup(file, { what, limit, bytes: 0, names: 0, library }));
    } finally {
      file.close();
    }
  });
}

/** What was read of a file so far. */
interface Reading {
  readonly what: string;
  readonly library: { readonly Group: typeof Group; readonly Dataset: typeof Dataset };
  /** for the bytes of all arrays */
  readonly limit: number;
  bytes: number;
  names: number;
}

/** A group of an open file; of no use once the file is closed. */
export class HdfGroup {
  readonly #group: Group;
  readonly #reading: Reading;

  constructor(group: Group, reading: Reading) {
    this.#group = group;
    this.#reading = reading;
  }

  /** Names of groups and arrays within it. Throws FileError where a file has too many, as one with a cycle would. */
  names(): readonly string[] {
    const names = this.#group.keys();
    this.#reading.names += names.length;
    if (this.#reading.names > mostNames) throw this.error(`has more than ${mostNames} names of groups.`);
    return names;
  }

  /** undefined if there is no group of that name */
  group(name: string): HdfGroup | undefined {
    const found = this.#found(name);
    return found instanceof this.#reading.library.Group ? new HdfGroup(found, this.#reading) : undefined;
  }

  /** The numbers of an array as float32; undefined if there is none of that name. */
  tensor(name: string): HdfTensor | undefined {
    const found = this.#found(name);
    return found instanceof this.#reading.library.Dataset ? this.#numbers(found, name) : undefined;
  }

  /** A text; undefined if there is no attribute of that name */
  text(name: string): string | undefined {
    const value = this.#attribute(name);
    if (value === undefined) return undefined;
    const [text] = [value].flat();
    if (typeof text === "string") return text;
    throw this.error(`the attribute ${name} should be a text.`);
  }

  /** A list of texts, which Keras splits over name0, name1, ... where it is long; undefined if there is none. */
  texts(name: string): readonly string[] | undefined {
    const whole = this.#textList(name);
    if (whole) return whole;
    const parts: string[] = [];
    for (let i = 0; ; i++) {
      const part = this.#textList(`${name}${i}`);
      if (!part) return i === 0 ? undefined : parts;
      parts.push(...part);
    }
  }

  error(message: string): FileError {
    return new FileError(`${this.#reading.what}: ${printable(this.#group.path)}: ${message}`);
  }

  #textList(name: string): readonly string[] | undefined {
    const value = this.#attribute(name);
    if (value === undefined) return undefined;
    if (ArrayBuffer.isView(value) && (value as Float64Array).length === 0) return []; // NumPy's empty list is of floats
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value as string[];
    throw this.error(`the attribute ${name} should be a list of texts.`);
  }

  #attribute(name: string): unknown {
    const attribute: Attribute | undefined = this.#group.attrs[name];
    if (!attribute) return undefined;
    const { size, total_size: count } = attribute.metadata;
    if (!(size * count <= largestAttribute))
      throw this.error(`the attribute ${name} says that it has ${formatBytes(size * count)}.`);
    return attribute.value ?? undefined;
  }

  #found(name: string): unknown {
    return name === "" ? undefined : this.#group.get(name);
  }

  #numbers(dataset: Dataset, name: string): HdfTensor {
    const { type, size, total_size: count } = dataset.metadata;
    const shape = dataset.shape ?? [];
    this.#reading.bytes += size * count;
    if (!(this.#reading.bytes <= this.#reading.limit)) {
      const limit = formatBytes(this.#reading.limit);
      throw this.error(
        `${name} says that it is ${formatShape(shape)}: with it the arrays go beyond the limit of ${limit} for a file of this size.`,
      );
    }
    if (type !== 0 && type !== 1) throw this.error(`${name} is no array of numbers.`);
    const value: unknown = dataset.value;
    const list =
      typeof value === "number" || typeof value === "bigint" ? [value] : (value as ArrayLike<number>);
    const data = list instanceof Float32Array ? list.slice() : Float32Array.from(list, Number);
    if (data.length !== count) throw this.error(`${name} ends before its ${count} numbers.`);
    return { shape, data };
  }
}

/**
 * @file Reads numeric arrays from MATLAB version 5 files ("MAT-File Format", MathWorks, chapter 1: level 5), the
 * format of `save -v6`, `save -v7` and SciPy's `savemat`.
 *
 * A file is a header and a row of elements; an element is a tag (type, bytes) and its data. A variable is one
 * element of type matrix, mostly inside a zlib stream, with elements of its own: flags, dimensions, name, numbers.
 */

import { FileError, formatShape } from "../../engine/errors.ts";
import { requireParts } from "../../engine/options.ts";
import { allocateFor } from "./allocate.ts";
import { type ByteReader, latin1, readUint32 } from "./byte-reader.ts";
import { type FileBytes, sourceOf } from "./byte-source.ts";
import { largestGzipRatio } from "./gzip.ts";
import {
  damaged,
  listElements,
  type MatElement,
  readElement,
  readTag,
  roundUp8,
  type Tag,
} from "./matlab-elements.ts";
import {
  className,
  matrixType,
  type NumericArray,
  numericClass,
  type StoredArray,
  storageTypes,
} from "./matlab-types.ts";

/** A variable of a `.mat` file, known from its first bytes; its numbers are still in the file. */
export interface MatVariable {
  readonly name: string;
  /** MATLAB's class: "double", "uint8", "struct", ... */
  readonly className: string;
  readonly complex: boolean;
  /** as MATLAB has them: column-major, the first index moves fastest */
  readonly dims: readonly number[];
  readonly element: MatElement;
}

const machineIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

const complexFlag = 0x0800;

/** Largest plausible flags, dimensions or name, in bytes. */
const largestHeadElement = 4096;

/**
 * The variables of a `.mat` file in file order, without their numbers: reads a few kilobytes per variable.
 * @throws FileError if the file cannot be read, is not a MATLAB version 5 file, is truncated or damaged
 */
export async function readMatDirectory(file: FileBytes): Promise<MatVariable[]> {
  const variables: MatVariable[] = [];
  for (const element of await listElements(sourceOf(file, "MATLAB file"))) {
    variables.push(await readElement(element, (reader) => readHead(reader, element)));
  }
  return variables;
}

/** The variable called `name`. @throws FileError that names those there are, or says that there are several of this name */
export function findVariable(variables: readonly MatVariable[], name: string, file: string): MatVariable {
  const [found, ...more] = variables.filter((variable) => variable.name === name);
  if (more.length > 0) throw new FileError(`${file}: ${more.length + 1} variables are called ${name}.`);
  if (found) return found;
  const names = variables.map((variable) => variable.name || "(unnamed)").join(", ");
  throw new FileError(`${file}: no variable ${name} in the file; it has ${names || "none"}.`);
}

/**
 * Finds out whether a variable has as many numbers as its dimensions say, before anybody makes room for them.
 * @throws FileError if it has not, or cannot have
 */
export async function checkMatNumbers(variable: MatVariable): Promise<void> {
  await readElement(variable.element, (reader) => seekNumbers(reader, variable));
}

/**
 * The numbers of a variable in the file's order (column-major). 64-bit integers come as doubles, exact to 2^53.
 * @throws FileError if the variable is not a real numeric array, or its data are damaged
 */
export async function readMatNumbers(variable: MatVariable): Promise<NumericArray> {
  requireParts("readMatNumbers", variable, "a variable of readMatDirectory()", ["name", "element"]);
  const NumbersArray = numericType(variable);
  const stored = await readElement(variable.element, async (reader) => {
    const { Stored, tag } = await seekNumbers(reader, variable);
    const bytes = allocateFor(variable.element.source, tag.bytes);
    await fill(reader, variable.element, tag, bytes);
    const { buffer } = bytes;
    swapBytes(bytes, Stored.BYTES_PER_ELEMENT, variable.element.littleEndian);
    return new Stored(buffer);
  });
  if (isNumericArray(stored) && stored instanceof NumbersArray) return stored;
  const numbers = new NumbersArray(stored.length);
  for (let i = 0; i < stored.length; i++) numbers[i] = Number(stored[i]);
  return numbers;
}

/**
 * Reads a uint8 variable straight into `target`, column-major, so that a large array is in memory once.
 * @param target as many bytes as the variable has elements
 * @throws FileError if the variable is of another class or size, or its data are damaged
 */
export async function readMatBytes(variable: MatVariable, target: Uint8Array): Promise<void> {
  const { element, name, dims } = variable;
  if (numericType(variable) !== Uint8Array || elementCount(dims) !== target.length) {
    const found = `${variable.className} ${formatShape(dims)}`;
    throw new FileError(
      `${element.source.name}: ${name} is ${found}, expected ${target.length} values of uint8.`,
    );
  }
  await readElement(element, async (reader) => {
    const { Stored, tag } = await seekNumbers(reader, variable);
    if (Stored !== Uint8Array) throw damaged(element, `stores uint8 values as type ${tag.type}`);
    await fill(reader, element, tag, target);
  });
}

/** Flags, dimensions and name; leaves the reader at the numbers. */
async function readHead(reader: ByteReader, element: MatElement): Promise<MatVariable> {
  const { littleEndian } = element;
  if (element.compressed && (await readTag(reader, littleEndian)).type !== matrixType) {
    throw damaged(element, "is a zlib stream without a matrix");
  }
  const flags = readUint32(await readHeadElement(reader, element, 8), 0, littleEndian);
  const head = { className: className(flags & 0xff), complex: (flags & complexFlag) !== 0, element };
  // Opaque objects (tables, strings) have their name where others have dimensions.
  if (head.className === "opaque") {
    return { ...head, name: latin1(await readHeadElement(reader, element)), dims: [] };
  }
  const dimBytes = await readHeadElement(reader, element, 8);
  const dims = Array.from({ length: Math.floor(dimBytes.length / 4) }, (_, axis) =>
    readUint32(dimBytes, 4 * axis, littleEndian),
  );
  return { ...head, dims, name: latin1(await readHeadElement(reader, element)) };
}

async function readHeadElement(reader: ByteReader, element: MatElement, atLeast = 0): Promise<Uint8Array> {
  const tag = await readTag(reader, element.littleEndian);
  if (tag.bytes < atLeast || tag.bytes > largestHeadElement)
    throw damaged(element, "has no readable variable header");
  if (tag.inline) return tag.inline;
  return (await reader.read(roundUp8(tag.bytes))).subarray(0, tag.bytes);
}

/** The tag before the numbers, checked against class, dimensions and what a file of this size can hold. */
async function seekNumbers(reader: ByteReader, variable: MatVariable) {
  const { element, dims } = variable;
  await readHead(reader, element);
  const tag = await readTag(reader, element.littleEndian);
  const Stored = storageTypes.get(tag.type);
  if (!Stored) throw damaged(element, `stores its numbers as unknown type ${tag.type}`);
  const wanted = elementCount(dims) * Stored.BYTES_PER_ELEMENT;
  if (tag.bytes !== wanted) {
    throw damaged(
      element,
      `has ${tag.bytes} bytes of numbers, its dimensions ${formatShape(dims)} make ${wanted}`,
    );
  }
  if (tag.bytes > element.bytes * (element.compressed ? largestGzipRatio : 1)) {
    throw damaged(element, `claims ${tag.bytes} bytes of numbers, more than it can hold`);
  }
  return { tag, Stored };
}

/** The numbers are the last thing in a matrix: nothing but what fills them up to 8 bytes may follow. */
async function fill(reader: ByteReader, element: MatElement, tag: Tag, target: Uint8Array): Promise<void> {
  if (tag.inline) target.set(tag.inline);
  else await reader.readInto(target);
  const padding = tag.inline ? 0 : roundUp8(tag.bytes) - tag.bytes;
  const left = await reader.drain(padding); // to the checksum of the zlib stream
  if (left > padding) throw damaged(element, "has bytes left over behind its numbers");
}

function numericType(variable: MatVariable) {
  const { name, complex, element } = variable;
  const type = complex ? undefined : numericClass(variable.className);
  if (type) return type;
  const found = complex ? `complex ${variable.className}` : variable.className;
  throw new FileError(`${element.source.name}: ${name} is ${found}, expected real numbers.`);
}

function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, length) => product * length, 1);
}

function isNumericArray(values: StoredArray): values is NumericArray {
  return !(values instanceof BigInt64Array || values instanceof BigUint64Array);
}

/** In place: numbers of `width` bytes come into the byte order of this machine. */
function swapBytes(bytes: Uint8Array, width: number, littleEndian: boolean): void {
  if (width === 1 || littleEndian === machineIsLittleEndian) return;
  for (let start = 0; start < bytes.length; start += width) bytes.subarray(start, start + width).reverse();
}

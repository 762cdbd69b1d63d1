/** @file Writes MATLAB version 5 files for tests, well-formed ones and, on request, wrong ones. */

import { deflateSync } from "node:zlib";

export interface MatArray {
  readonly name: string;
  readonly dims: readonly number[];
  /** MATLAB's class number: 6 double, 9 uint8, ... */
  readonly classCode: number;
  /** number of the storage type and the values as they are stored */
  readonly storage: { readonly type: number; readonly bytesPerValue: 1 | 2 | 4 | 8; readonly real?: boolean };
  readonly values: ArrayLike<number>;
}

export interface MatLayout {
  readonly compress?: boolean;
  readonly littleEndian?: boolean;
}

export const uint8Storage = { type: 2, bytesPerValue: 1 } as const;
export const doubleStorage = { type: 9, bytesPerValue: 8, real: true } as const;

/** A whole file with these variables. */
export function matFile(arrays: readonly MatArray[], layout: MatLayout = {}): Buffer {
  return Buffer.concat([matHeader(layout), ...arrays.map((array) => topElement(array, layout))]);
}

export function matHeader({ littleEndian = true }: MatLayout = {}, version = 0x0100): Buffer {
  const header = Buffer.alloc(128, " ");
  header.write("MATLAB 5.0 MAT-file, written by a test of wgrad", "latin1");
  header.fill(0, 116, 124);
  if (littleEndian) header.writeUInt16LE(version, 124);
  else header.writeUInt16BE(version, 124);
  header.write(littleEndian ? "IM" : "MI", 126, "latin1");
  return header;
}

function topElement(array: MatArray, layout: MatLayout): Buffer {
  const little = layout.littleEndian ?? true;
  const matrix = element(14, matrixBody(array, little), little);
  if (!layout.compress) return matrix;
  const packed = deflateSync(matrix);
  return Buffer.concat([words([15, packed.length], little), packed]);
}

function matrixBody({ name, dims, classCode, storage, values }: MatArray, little: boolean): Buffer {
  return Buffer.concat([
    element(6, words([classCode, 0], little), little),
    element(5, words(dims, little), little),
    element(1, Buffer.from(name, "latin1"), little),
    element(storage.type, numbers(values, storage, little), little),
  ]);
}

/** Tag and data, padded to 8 bytes; data of up to 4 bytes go into the tag, as MATLAB does it. */
export function element(type: number, data: Buffer, little: boolean): Buffer {
  if (data.length >= 1 && data.length <= 4) {
    const inline = Buffer.alloc(8);
    words([data.length * 0x10000 + type], little).copy(inline);
    data.copy(inline, 4);
    return inline;
  }
  const padding = Buffer.alloc((8 - (data.length % 8)) % 8);
  return Buffer.concat([words([type, data.length], little), data, padding]);
}

export function words(values: readonly number[], little: boolean): Buffer {
  return numbers(values, { type: 6, bytesPerValue: 4 }, little);
}

function numbers(
  values: ArrayLike<number>,
  { bytesPerValue, real }: MatArray["storage"],
  little: boolean,
): Buffer {
  const bytes = Buffer.alloc(values.length * bytesPerValue);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i < values.length; i++) {
    const [at, value] = [i * bytesPerValue, values[i]!];
    if (real) bytesPerValue === 8 ? view.setFloat64(at, value, little) : view.setFloat32(at, value, little);
    else if (bytesPerValue === 8) view.setBigInt64(at, BigInt(value), little);
    else if (bytesPerValue === 4) view.setUint32(at, value, little);
    else if (bytesPerValue === 2) view.setUint16(at, value, little);
    else view.setUint8(at, value);
  }
  return bytes;
}

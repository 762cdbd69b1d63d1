/** @file The same numbers in every kind of array that has some. */
import type { Values } from "../../../models/index.ts";

/** Whole numbers from 0 to 127 as each kind of array. */
export function kindsOf(values: readonly number[]): [string, Values][] {
  const inside = [1, ...values, 1]; // read from an odd offset
  return [
    ["a list", values],
    ["Int8Array", Int8Array.from(values)],
    ["Uint8Array", Uint8Array.from(values)],
    ["Uint8ClampedArray", Uint8ClampedArray.from(values)],
    ["Int16Array", Int16Array.from(values)],
    ["Uint16Array", Uint16Array.from(values)],
    ["Int32Array", Int32Array.from(values)],
    ["Uint32Array", Uint32Array.from(values)],
    ["Float32Array", Float32Array.from(values)],
    ["Float64Array", Float64Array.from(values)],
    ["part of a Uint8Array", Uint8Array.from(inside).subarray(1, -1)],
    ["part of a Float32Array", Float32Array.from(inside).subarray(1, -1)],
    ["shared bytes", shared("bytes", values)],
    ["shared floats", shared("floats", values)],
    ["resizable floats", resizable(values)],
  ];
}

/** Over memory that worker threads share. */
export function shared(kind: "bytes" | "floats", values: readonly number[]): Uint8Array | Float32Array {
  const memory = (bytes: number) => new SharedArrayBuffer(bytes);
  const result =
    kind === "bytes" ? new Uint8Array(memory(values.length)) : new Float32Array(memory(4 * values.length));
  result.set(values);
  return result;
}

function resizable(values: readonly number[]): Float32Array {
  // TypeScript's ES2022 does not know resizable buffers yet
  const options = [4 * values.length, { maxByteLength: 8 * values.length }] as unknown as [number];
  const result = new Float32Array(new ArrayBuffer(...options));
  result.set(values);
  return result;
}

/** An array whose memory was given to somebody else. */
export function transferred(): Float32Array {
  const values = Float32Array.of(1, 2, 3, 4);
  structuredClone(values.buffer, { transfer: [values.buffer] });
  return values;
}

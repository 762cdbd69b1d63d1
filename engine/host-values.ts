/** @file Values in main memory on their way to the GPU: what counts as such, which are not finite, and where they lie. */
import { ArgumentError } from "./errors.ts";
import { written } from "./options.ts";
import type { Shape } from "./shape.ts";

/** A list of numbers or a typed array of them: what they mean does not depend on the class of the array. */
export type HostValues =
  | readonly number[]
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** Throws ArgumentError unless `values` is a list of numbers, or a typed array of them that still has its memory. */
export function checkValues(what: string, values: unknown): asserts values is ArrayLike<number> {
  const numbers = Array.isArray(values) || (ArrayBuffer.isView(values) && !(values instanceof DataView));
  if (!numbers || values instanceof BigInt64Array || values instanceof BigUint64Array) {
    throw new ArgumentError(
      `${what}: the values must be a list of numbers or a typed array, got ${written(values)}.`,
    );
  }
  if (ArrayBuffer.isView(values)) requireMemory(what, values);
}

/** Throws ArgumentError for an array whose memory was transferred away, or shrank until it was no longer there. */
export function requireMemory(what: string, values: ArrayBufferView): void {
  if (values.byteLength > 0) return;
  const { buffer, constructor: Typed } = values;
  try {
    // of such an array length and offset read as 0, but no other can be made over its memory
    new Uint8Array(buffer);
  } catch (cause) {
    const text = `${what}: the memory of the ${Typed.name} was transferred away: it has no values any more.`;
    throw new ArgumentError(text, { cause });
  }
}

/** The array itself, or a copy if its memory is shared with other threads or may be resized: Dawn takes neither. */
export function inOwnMemory(values: ArrayBufferView): ArrayBufferView<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = values;
  const resizable = (buffer as { readonly resizable?: boolean }).resizable ?? false;
  if (buffer instanceof ArrayBuffer && !resizable) return values as ArrayBufferView<ArrayBuffer>;
  return Uint8Array.from(new Uint8Array(buffer, byteOffset, byteLength));
}

/** Index of the first value from `from` on that is NaN or infinite; -1 if there is none. */
export function indexOfNotFinite(values: ArrayLike<number>, from = 0): number {
  // a number minus itself is 0, unless it is NaN or infinite
  for (let i = from; i < values.length; i++) if (values[i]! - values[i]! !== 0) return i;
  return -1;
}

/** Where an element is along each axis. */
export function placeOf(index: number, shape: Shape): number[] {
  let rest = index;
  return shape
    .toReversed()
    .map((size) => {
      const place = rest % size;
      rest = Math.floor(rest / size);
      return place;
    })
    .reverse();
}

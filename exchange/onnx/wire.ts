/**
 * @file The wire format of Protocol Buffers, in which ONNX files are written: a message is a row of fields, each a key (number and
 * wire type) and a value. https://protobuf.dev/programming-guides/encoding
 */
import { FileError } from "../../engine/errors.ts";

/** Wire types: how long a value is. Groups (3, 4) are not used by ONNX. */
const varint = 0;
const eightBytes = 1;
const lengthGiven = 2;
const fourBytes = 5;

/** One field of a message: its number, and its value in the form that its wire type says. */
export interface Field {
  readonly number: number;
  /** of a varint; two's complement in 64 bits, exact up to 2^53 */
  readonly integer: number;
  /** of a string, bytes, a message or packed numbers; of a fixed-size number its bytes. A view, not a copy */
  readonly bytes: Uint8Array;
  readonly packed: boolean;
}

const none = new Uint8Array(0);

/** Reads a message field by field. `what` names the file in errors. */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  #at = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  /** All fields in the order of the file. Throws FileError where they do not follow the format. */
  *fields(): Generator<Field> {
    while (this.#at < this.#bytes.length) yield this.#field();
  }

  /** Varints until the end: packed integers. */
  *integers(): Generator<number> {
    while (this.#at < this.#bytes.length) yield this.#varint();
  }

  #field(): Field {
    const key = this.#varint();
    const number = Math.floor(key / 8);
    const type = key % 8;
    if (number < 1 || number > 2 ** 29 - 1) this.#fail(`field number ${number}`);
    if (type === varint) return { number, integer: this.#varint(), bytes: none, packed: false };
    const packed = type === lengthGiven;
    const sizes: Readonly<Record<number, number>> = { [eightBytes]: 8, [fourBytes]: 4 };
    const length = packed ? this.#varint() : sizes[type];
    if (length === undefined) this.#fail(`wire type ${type}`);
    return { number, integer: 0, bytes: this.#take(length), packed };
  }

  #take(length: number): Uint8Array {
    if (length < 0 || length > this.#bytes.length - this.#at) {
      throw new FileError(
        `${this.#what}: is truncated or no protobuf: ${length} bytes are declared, it ends after ${this.#bytes.length - this.#at}.`,
      );
    }
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** Seven bits a byte, the lowest first; the eighth says that more follow, ten bytes at most. */
  #varint(): number {
    let low = 0; // the lower 28 bits
    let high = 0; // the 36 bits above them
    for (let i = 0; i < 10; i++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) {
        throw new FileError(`${this.#what}: is truncated or no protobuf: it ends within a number.`);
      }
      const bits = byte & 0x7f;
      if (i < 4) low += bits * 2 ** (7 * i);
      else high += bits * 2 ** (7 * (i - 4));
      if (byte < 0x80) {
        if (i === 9) high %= 2 ** 36;
        return high >= 2 ** 35 ? (high - 2 ** 36) * 2 ** 28 + low : high * 2 ** 28 + low;
      }
    }
    return this.#fail("a number without end");
  }

  #fail(found: string): never {
    throw new FileError(`${this.#what}: is not an ONNX file, or damaged: its protobuf has ${found}.`);
  }
}

/** Writes a message field by field. */
export class WireWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  integer(number: number, value: number): void {
    this.#push(varintOf(number * 8 + varint));
    this.#push(varintOf(value));
  }

  float(number: number, value: number): void {
    this.#push(varintOf(number * 8 + fourBytes));
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#push(bytes);
  }

  bytes(number: number, value: Uint8Array): void {
    this.#push(varintOf(number * 8 + lengthGiven));
    this.#push(varintOf(value.length));
    this.#push(value);
  }

  text(number: number, value: string): void {
    this.bytes(number, new TextEncoder().encode(value));
  }

  message(number: number, write: (writer: WireWriter) => void): void {
    const inner = new WireWriter();
    write(inner);
    this.#push(varintOf(number * 8 + lengthGiven));
    this.#push(varintOf(inner.#length));
    for (const part of inner.#parts) this.#push(part);
  }

  finish(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  #push(part: Uint8Array): void {
    this.#parts.push(part);
    this.#length += part.length;
  }
}

function varintOf(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const bits = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? bits | 0x80 : bits);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

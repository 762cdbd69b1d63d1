/**
 * @file The bytes of TensorBoard's event files: records of TensorFlow (length, its checksum, data, its checksum), each an Event of
 * tensorflow/core/util/event.proto in protobuf's wire format. Of these only scalars are written.
 */

export interface EventScalar {
  readonly tag: string;
  /** stored as float32 */
  readonly value: number;
}

/** What a file begins with: the version of its format. `time` in seconds since 1970. */
export function versionRecord(time: number): Uint8Array {
  return record(event(time, 0, bytesField(3, utf8("brain.Event:2"))));
}

/** The values at a step, a whole number of 0 or more. */
export function scalarsRecord(time: number, step: number, scalars: readonly EventScalar[]): Uint8Array {
  const values = scalars.map(({ tag, value }) =>
    bytesField(1, concatenated([bytesField(1, utf8(tag)), floatField(2, value)])),
  );
  return record(event(time, step, bytesField(5, concatenated(values))));
}

/** Event { double wall_time = 1; int64 step = 2; oneof { string file_version = 3; Summary summary = 5; } } */
function event(time: number, step: number, content: Uint8Array): Uint8Array {
  const place = step === 0 ? [] : [varintField(2, step)]; // protobuf leaves zeros out
  return concatenated([doubleField(1, time), ...place, content]);
}

/** A record of a TFRecord file: data with its length and masked checksums, little-endian. */
export function record(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + 4 + data.length + 4);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedChecksum(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, maskedChecksum(data), true);
  return bytes;
}

/** A checksum of bytes that hold checksums themselves should not be one of them: so TensorFlow turns and shifts it. */
function maskedChecksum(bytes: Uint8Array): number {
  const sum = crc32c(bytes);
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
}

/** CRC-32C (Castagnoli), RFC 3720 appendix B.4: the polynomial 0x1edc6f41, reflected. */
export function crc32c(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0x82f63b78 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}

// Fields of protobuf: a key, field * 8 + wire type, and the value.

function varintField(field: number, value: number): Uint8Array {
  return Uint8Array.of(...varint(field * 8), ...varint(value));
}

function doubleField(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(9);
  bytes[0] = field * 8 + 1;
  new DataView(bytes.buffer).setFloat64(1, value, true);
  return bytes;
}

function floatField(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(5);
  bytes[0] = field * 8 + 5;
  new DataView(bytes.buffer).setFloat32(1, value, true);
  return bytes;
}

function bytesField(field: number, data: Uint8Array): Uint8Array {
  return concatenated([Uint8Array.of(...varint(field * 8 + 2), ...varint(data.length)), data]);
}

/** Seven bits a byte, the lowest first; the top bit says that more follow. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    bytes.set(part, end);
    end += part.length;
  }
  return bytes;
}

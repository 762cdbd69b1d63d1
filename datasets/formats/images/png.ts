/** @file What decoders of PNG let pass: checksums, order and length. PNG specification, third edition, 5 and 10. */
import { FileError } from "../../../engine/errors.ts";

const depths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16], // grey
  2: [8, 16], // RGB
  3: [1, 2, 4, 8], // palette
  4: [8, 16], // grey and alpha
  6: [8, 16], // RGB and alpha
};
const samples: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * Throws FileError unless all chunks are whole and the compressed pixels unpack to as many bytes as the header promises.
 * Not more than that is ever unpacked.
 */
export async function checkPng(bytes: Uint8Array, name: string): Promise<void> {
  const { data, size } = readChunks(bytes, name);
  let got = 0;
  try {
    const stream = new Blob(data).stream().pipeThrough(new DecompressionStream("deflate"));
    for (const reader = stream.getReader(); got <= size; ) {
      const { done, value } = await reader.read();
      if (done) break;
      got += value.length;
      if (got > size) await reader.cancel();
    }
  } catch (cause) {
    throw new FileError(`${name}: damaged: the compressed data (zlib) of this PNG cannot be unpacked.`, {
      cause,
    });
  }
  if (got < size)
    throw new FileError(`${name}: truncated: the data of this PNG end after ${got} of ${size} bytes.`);
  if (got > size)
    throw new FileError(
      `${name}: damaged: the data of this PNG are more than its size needs (${size} bytes).`,
    );
}

/** The pieces of the compressed stream, and how many bytes it should unpack to. */
function readChunks(bytes: Uint8Array, name: string): { data: Uint8Array<ArrayBuffer>[]; size: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data: Uint8Array<ArrayBuffer>[] = [];
  const seen = new Set<string>();
  for (let at = 8; !seen.has("IEND"); ) {
    const length = at + 12 <= bytes.length ? view.getUint32(at) : Number.POSITIVE_INFINITY;
    const end = at + 12 + length;
    if (end > bytes.length)
      throw new FileError(`${name}: truncated: the file ends before the end of this PNG.`);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4))
      throw new FileError(`${name}: damaged: the checksum (CRC) of the chunk ${type} is wrong.`);
    if (seen.size === 0 && (type !== "IHDR" || length !== 13))
      throw new FileError(`${name}: damaged: this PNG does not begin with its header.`);
    if (type === "IDAT") data.push(Uint8Array.from(bytes.subarray(at + 8, end - 4)));
    seen.add(type);
    at = end;
  }
  const header = headerOf(view, name);
  if (header.color === 3 && !seen.has("PLTE"))
    throw new FileError(`${name}: damaged: this PNG needs a palette (PLTE) and has none.`);
  return { data, size: unpackedSize(header) };
}

interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly color: number;
  readonly depth: number;
  readonly interlaced: boolean;
}

function headerOf(view: DataView, name: string): PngHeader {
  const [depth, color, compression, filter, interlace] = [24, 25, 26, 27, 28].map((at) => view.getUint8(at));
  if (!depths[color!]?.includes(depth!))
    throw new FileError(`${name}: damaged: no PNG has a bit depth of ${depth} with colour type ${color}.`);
  if (compression !== 0 || filter !== 0 || interlace! > 1)
    throw new FileError(`${name}: damaged: unknown compression, filter or interlace method.`);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  return { width, height, color: color!, depth: depth!, interlaced: interlace === 1 };
}

/** Columns and rows of the seven passes of Adam7: first column, its step, first row, its step. */
const adam7 = [
  [0, 8, 0, 8],
  [4, 8, 0, 8],
  [0, 4, 4, 8],
  [2, 4, 0, 4],
  [0, 2, 2, 4],
  [1, 2, 0, 2],
  [0, 1, 1, 2],
] as const;

/** Each row has a byte for its filter. */
function unpackedSize({ width, height, color, depth, interlaced }: PngHeader): number {
  const rows = (columns: number, count: number) =>
    columns === 0 ? 0 : count * (1 + Math.ceil((columns * samples[color]! * depth) / 8));
  if (!interlaced) return rows(width, height);
  const steps = (size: number, first: number, step: number) => Math.max(0, Math.ceil((size - first) / step));
  return adam7.reduce((sum, [x, dx, y, dy]) => sum + rows(steps(width, x, dx), steps(height, y, dy)), 0);
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

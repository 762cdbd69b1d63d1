/** @file Writes packed IDX files for tests. */

import { gzipSync } from "node:zlib";

/** A file of unsigned bytes; `magic` for a wrong one. */
export function idxFile(
  shape: readonly number[],
  values: ArrayLike<number>,
  magic = 0x0800 + shape.length,
): Buffer {
  const head = Buffer.alloc(4 * (1 + shape.length));
  [magic, ...shape].forEach((value, i) => {
    head.writeUInt32BE(value, 4 * i);
  });
  return gzipSync(Buffer.concat([head, Uint8Array.from(values)]));
}

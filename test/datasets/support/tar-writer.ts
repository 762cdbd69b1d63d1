/** @file Writes tar archives for tests, well-formed ones and, on request, wrong ones. */

import { gzipSync } from "node:zlib";

export interface TarEntry {
  readonly name: string;
  readonly bytes?: Buffer;
  /** POSIX type: "0" a file, "5" a folder, "2" a link */
  readonly type?: string;
  /** the first part of a long path */
  readonly prefix?: string;
  /** the size in octal digits, if it is to be a wrong one */
  readonly size?: string;
}

const block = 512;

/** A packed archive with its two empty blocks at the end. */
export function tarGz(entries: readonly TarEntry[]): Buffer {
  return gzipSync(Buffer.concat([...entries.map(member), Buffer.alloc(2 * block)]));
}

function member({
  name,
  bytes = Buffer.alloc(0),
  type = "0",
  prefix = "",
  size = bytes.length.toString(8),
}: TarEntry): Buffer {
  const header = Buffer.alloc(block);
  header.write(name, 0, "latin1");
  header.write("0000644\0", 100, "latin1");
  header.write(`${size.padStart(11, "0")}\0`, 124, "latin1");
  header.write("        ", 148, "latin1");
  header.write(type, 156, "latin1");
  header.write("ustar\x0000", 257, "latin1");
  header.write(prefix, 345, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return Buffer.concat([header, bytes, Buffer.alloc((block - (bytes.length % block)) % block)]);
}

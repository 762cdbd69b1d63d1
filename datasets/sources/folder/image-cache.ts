/** @file Decoded photographs in one file on disk: it is used if it is whole and of exactly these photographs. */
import { createHash } from "node:crypto";
import { FileError } from "../../../engine/errors.ts";
import { writeFileAtomically } from "../../../engine/platform/node/files.ts";
import { allocateFor } from "../../formats/allocate.ts";
import { fileSource } from "../file-source.ts";
import { errorCode, fileError, openRegularFile } from "../files.ts";

export interface DecodedFolder {
  /** [images that are not broken, height, width, 3], in the order of the listing */
  readonly pixels: Uint8Array;
  /** by number in the listing */
  readonly files: readonly DecodedFile[];
}

/** Length and MD5 of the file, or why it is broken. */
export type DecodedFile = { readonly bytes: number; readonly md5: string } | { readonly broken: string };

/** The file: SHA-256 of what follows, length of the header (u32), header as JSON, pixels. */
const sumBytes = 32;

interface Header {
  /** what the pixels were made from */
  readonly key: string;
  readonly files: readonly DecodedFile[];
}

/** undefined if there is no file, or it is damaged or of other photographs: then they are decoded anew. */
export async function readImageCache(path: string, key: string): Promise<DecodedFolder | undefined> {
  const bytes = await readWhole(path);
  if (!bytes || bytes.length < sumBytes + 4) return undefined;
  const content = bytes.subarray(sumBytes);
  const sum = createHash("sha256").update(content).digest();
  if (sum.compare(bytes, 0, sumBytes) !== 0) return undefined;
  const length = new DataView(content.buffer, content.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(content.subarray(4, 4 + length))) as Header;
  return header.key === key ? { files: header.files, pixels: content.subarray(4 + length) } : undefined;
}

/**
 * Written under a temporary name and renamed, so that runs side by side see a whole file or none.
 * @throws FileError if the disk does not take it
 */
export function writeImageCache(path: string, key: string, { files, pixels }: DecodedFolder): void {
  const header = new TextEncoder().encode(JSON.stringify({ key, files } satisfies Header));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, header.length, true);
  const content = [length, header, pixels];
  const hash = createHash("sha256");
  for (const part of content) hash.update(part);
  writeFileAtomically(path, [Uint8Array.from(hash.digest()), ...content]);
}

async function readWhole(path: string): Promise<Uint8Array | undefined> {
  let file: Awaited<ReturnType<typeof openRegularFile>> | undefined;
  try {
    file = await openRegularFile(path);
    const bytes = allocateFor(fileSource(path), (await file.stat()).size);
    for (let at = 0; at < bytes.length; ) {
      const { bytesRead } = await file.read(bytes, at, Math.min(bytes.length - at, 2 ** 30), at);
      if (bytesRead === 0) return undefined; // it has become shorter since
      at += bytesRead;
    }
    return bytes;
  } catch (error) {
    const { cause } = error as FileError;
    if (errorCode(cause ?? error) === "ENOENT") return undefined;
    throw error instanceof FileError ? error : fileError("read", path, error);
  } finally {
    await file?.close();
  }
}

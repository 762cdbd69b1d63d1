/** @file Whitening matrices on disk: fitting one takes minutes, reading it a moment. */
import { platform } from "#platform";
import { FileError } from "../../engine/errors.ts";
import { readSafetensors, writeSafetensors } from "../weights/safetensors.ts";

/** What a matrix was made from: a file made from anything else is replaced. */
export interface ZcaKey {
  /** names the data and their standardization, e.g. by checksum and split */
  readonly source: string;
  readonly epsilon: number;
  /** rows of the matrix */
  readonly width: number;
}

/**
 * The matrix in the file at `path` if it was made for `key`; else what `compute` returns, then written there under a
 * temporary name and renamed, so that a half-written file never has the name. A full or read-only disk costs the file and
 * not the work: `onUnkept` is told.
 * @throws FileError if the file is damaged
 */
export async function cachedZcaMatrix(
  path: string,
  key: ZcaKey,
  compute: () => Promise<Float64Array>,
  onUnkept: (trouble: FileError) => void,
): Promise<Float64Array> {
  const found = (await platform.files.exists(path)) ? await read(path, key) : undefined;
  if (found) return found;
  const matrix = await compute();
  try {
    await write(path, key, matrix);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    onUnkept(error);
  }
  return matrix;
}

/** undefined if the file is whole, but of another key */
async function read(path: string, key: ZcaKey): Promise<Float64Array | undefined> {
  const { tensors, metadata } = await readWhole(path);
  const data = tensors.get("zca")?.data;
  if (!(data instanceof Float64Array) || metadata.sha256 !== (await checksum(data))) {
    throw damaged(path, "its checksum is wrong");
  }
  return metadata.key === keyText(key) ? data : undefined;
}

async function readWhole(path: string) {
  try {
    return await readSafetensors(path);
  } catch (cause) {
    throw damaged(path, (cause as Error).message, cause);
  }
}

async function write(path: string, key: ZcaKey, matrix: Float64Array): Promise<void> {
  await platform.files.makeFolder(platform.files.folderOf(path));
  const entry = { name: "zca", shape: [key.width, key.width], data: matrix };
  await writeSafetensors(path, [entry], { key: keyText(key), sha256: await checksum(matrix) });
}

function keyText({ source, epsilon, width }: ZcaKey): string {
  return JSON.stringify({ source, epsilon, width });
}

async function checksum(matrix: Float64Array): Promise<string> {
  const bytes = new Uint8Array(matrix.buffer as ArrayBuffer, matrix.byteOffset, matrix.byteLength);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function damaged(path: string, why: string, cause?: unknown): FileError {
  const reason = why.replace(`${path}: `, "").replace(/\.$/, "");
  return new FileError(
    `The whitening matrix in ${path} is damaged: ${reason}. Delete the file, then it is computed again.`,
    { cause },
  );
}

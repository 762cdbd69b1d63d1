/** @file The header of a safetensors file: parsed, and checked so that every byte range can be trusted. */
import { FileError, formatShape } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import { type Shape, sizeOf } from "../../engine/shape.ts";
import { elementType } from "./element-types.ts";

/** Where a tensor's bytes are, counted from the end of the header. */
export interface Layout {
  readonly name: string;
  /** may be one that wgrad does not read */
  readonly dtype: string;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  /** in the order of their bytes, which they cover without overlap or hole */
  readonly layouts: readonly Layout[];
  readonly metadata: Record<string, string>;
}

/** bytes; the format allows no longer header */
const longestHeader = 100_000_000;

/** Parses and checks the header of a file of `size` bytes, its bytes from 8 to `headerEnd`; `what` names it in errors. Throws FileError. */
export function parseHeader(bytes: Uint8Array, size: number, what: string): Header {
  const text = decodeText(bytes, what);
  const header = parseObject(text, what);
  const duplicate = duplicateKey(text);
  if (duplicate !== undefined) throw new FileError(`${what}: the header names ${duplicate} twice.`);
  const metadata = parseMetadata(header.__metadata__, what);
  const layouts = Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, entry]) => parseLayout(name, entry, what))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCoverage(layouts, size - 8 - bytes.length, what);
  return { layouts, metadata };
}

/** The first byte after the header of a file of `size` bytes that begins with `first`. Throws FileError. */
export function headerEnd(first: Uint8Array, size: number, what: string): number {
  if (size < 8) {
    throw new FileError(`${what}: ${size} bytes are too few for a safetensors file.`);
  }
  const length = new DataView(first.buffer, first.byteOffset).getBigUint64(0, true);
  if (length > BigInt(size - 8)) {
    throw new FileError(
      `${what}: the header length ${length} is beyond the file of ${size} bytes. ` +
        "It is truncated or not a safetensors file.",
    );
  }
  if (length > BigInt(longestHeader)) {
    throw new FileError(
      `${what}: a header of ${length} bytes, more than the ${longestHeader} that a safetensors file may have.`,
    );
  }
  return 8 + Number(length);
}

function decodeText(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new FileError(`${what}: the header is not UTF-8.`, { cause });
  }
}

function parseObject(text: string, what: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw new FileError(`${what}: the header is not JSON: ${(cause as Error).message}.`, { cause });
  }
  if (!isObject(header)) throw new FileError(`${what}: the header is not a JSON object.`);
  return header;
}

/** The metadata, which maps names to strings. Throws FileError. */
export function parseMetadata(metadata: unknown, what: string): Record<string, string> {
  if (metadata === undefined) return {};
  if (!isObject(metadata) || !Object.values(metadata).every((value) => typeof value === "string")) {
    throw new FileError(`${what}: __metadata__ must map names to strings.`);
  }
  return metadata as Record<string, string>;
}

function parseLayout(name: string, entry: unknown, what: string): Layout {
  const tensor = `${what}: tensor ${name}`;
  if (!isObject(entry)) throw new FileError(`${tensor} is described by ${written(entry)}.`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string") throw new FileError(`${tensor} has dtype ${written(dtype)}.`);
  if (!isSizes(shape)) throw new FileError(`${tensor} has shape ${written(shape)}.`);
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    throw new FileError(`${tensor} has data_offsets ${written(offsets)}; [begin, end] is expected.`);
  }
  const [begin, end] = offsets as [number, number];
  const width = elementType(dtype)?.width;
  const bytes = width === undefined ? end - begin : sizeOf(shape) * width;
  if (bytes !== end - begin) {
    throw new FileError(
      `${tensor}: ${dtype} ${formatShape(shape)} takes ${bytes} bytes, data_offsets hold ${end - begin}.`,
    );
  }
  return { name, dtype, shape, begin, end };
}

/** Byte ranges must follow each other without overlap or hole and end where the file ends. */
function checkCoverage(layouts: readonly Layout[], available: number, what: string): void {
  let position = 0;
  for (const { name, begin, end } of layouts) {
    if (begin < position)
      throw new FileError(`${what}: tensor ${name} overlaps the one before it at byte ${begin}.`);
    if (begin > position) {
      throw new FileError(`${what}: a hole of ${begin - position} bytes before tensor ${name}.`);
    }
    if (end > available) {
      throw new FileError(
        `${what}: tensor ${name} ends at byte ${end} of the data, the file holds ${available}. It is truncated.`,
      );
    }
    position = end;
  }
  if (position !== available) {
    throw new FileError(`${what}: ${available - position} bytes after the last tensor belong to none.`);
  }
}

/** A key that the header, a tensor's description or the metadata has twice: JSON.parse would keep the last one silently. */
function duplicateKey(text: string): string | undefined {
  const seen = [new Set<string>(), new Set<string>()]; // by depth
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === "{" || character === "[") seen[depth++]?.clear();
    else if (character === "}" || character === "]") depth--;
    else if (character === '"') {
      const end = endOfString(text, at);
      const keys = seen[depth - 1];
      if (keys && isKey(text, end)) {
        const key = JSON.parse(text.slice(at, end)) as string;
        if (keys.has(key)) return key;
        keys.add(key);
      }
      at = end - 1;
    }
  }
  return undefined;
}

/** Behind the quote that ends the string whose first one is at `start`. Not by a regular expression: long ones overflow. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

/** Does a colon follow the string that ends before `end`? */
function isKey(text: string, end: number): boolean {
  let at = end;
  while (" \t\r\n".includes(text[at]!)) at++;
  return text[at] === ":";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

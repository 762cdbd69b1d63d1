/** @file The .keras file of Keras 3: a zip of metadata.json, config.json and model.weights.h5, with limits on what is unpacked. */
import { type UnzipFileInfo, unzipSync, zipSync } from "fflate";
import { FileError, formatBytes } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import { largestFile, mostPacked } from "../hdf5/read.ts";

export interface KerasParts {
  readonly config: string;
  /** of Keras, "3.9.0"; "" if the file does not say it */
  readonly version: string;
  readonly weights: Uint8Array;
}

const largestConfig = 2 ** 26;
const limits: Readonly<Record<string, number>> = {
  "metadata.json": largestConfig,
  "config.json": largestConfig,
  "model.weights.h5": largestFile,
};

/** The parts of a .keras file; undefined for bytes that are no zip. Other entries are not unpacked, whatever their names are. */
export function partsOfKeras(what: string, bytes: Uint8Array): KerasParts | undefined {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return undefined;
  const seen = new Set<string>();
  const filter = ({ name, originalSize, size }: UnzipFileInfo): boolean => {
    const limit = Object.hasOwn(limits, name) ? limits[name]! : undefined;
    if (limit === undefined) return false;
    if (seen.has(name)) throw new FileError(`${what}: has ${name} twice.`);
    seen.add(name);
    const most = Math.min(limit, mostPacked * size);
    if (originalSize > most || size > bytes.length) {
      const says = formatBytes(originalSize);
      throw new FileError(`${what}: ${name} says that it has ${says}; the limit is ${formatBytes(most)}.`);
    }
    return true;
  };
  const entries = unzipped(what, bytes, filter);
  const config = entries["config.json"];
  const weights = entries["model.weights.h5"];
  if (!config || !weights) {
    const lacking = config ? "model.weights.h5" : "config.json";
    throw new FileError(`${what}: is a zip without ${lacking}, so no model of Keras 3.`);
  }
  const text = (part: Uint8Array | undefined) => new TextDecoder().decode(part);
  const version = /"keras_version":\s*"([^"]*)"/.exec(text(entries["metadata.json"]))?.[1] ?? "";
  return { config: text(config), version, weights };
}

function unzipped(what: string, bytes: Uint8Array, filter: (info: UnzipFileInfo) => boolean) {
  try {
    return unzipSync(bytes, { filter });
  } catch (cause) {
    if (cause instanceof FileError) throw cause;
    const reason = cause instanceof Error ? cause.message : written(cause);
    throw new FileError(`${what}: the zip is damaged or truncated: ${reason}.`, { cause });
  }
}

/** A .keras file: stored, not deflated, as Keras writes it. */
export function zipOfKeras(parts: Readonly<Record<string, string | Uint8Array>>): Uint8Array {
  const entries = Object.entries(parts).map(([name, part]) => [
    name,
    typeof part === "string" ? new TextEncoder().encode(part) : part,
  ]);
  return zipSync(Object.fromEntries(entries), { level: 0, mtime: new Date(1980, 0, 1) });
}

/** @file Features on disk, photograph by photograph: what one run has computed, the next ones read. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { FileError } from "../../engine/errors.ts";
import { makeFolder } from "../../engine/platform/node/files.ts";
import { readSafetensors, writeSafetensors } from "../../models/weights/safetensors.ts";

/** What the features depend on besides the photographs. */
export interface FeatureKey {
  /** name, preparation and weights of the network */
  readonly backbone: string;
  /** rounding differs between adapters */
  readonly adapter: string;
  readonly width: number;
}

/** Rows of features by the fingerprint of the photograph. A file of another key is replaced. */
export class FeatureStore {
  readonly path: string;
  readonly #key: FeatureKey;
  readonly #rows: Map<string, Float32Array>;

  private constructor(path: string, key: FeatureKey, rows: Map<string, Float32Array>) {
    this.path = path;
    this.#key = key;
    this.#rows = rows;
  }

  /** What is in the file, if it is there and of this key. `line` tells of a damaged one, whose features are computed again. */
  static async open(path: string, key: FeatureKey, line: (text: string) => void): Promise<FeatureStore> {
    const rows = new Map<string, Float32Array>();
    if (!existsSync(path)) return new FeatureStore(path, key, rows);
    try {
      const { tensors, metadata } = await readSafetensors(path);
      if (metadata.key !== JSON.stringify(key)) return new FeatureStore(path, key, rows);
      const features = tensors.get("features")?.data;
      const names = (metadata.photographs ?? "").split(" ");
      const sound = features instanceof Float32Array && features.length === names.length * key.width;
      if (!sound || metadata.sha256 !== sha256(features)) throw new FileError("its checksum is wrong.");
      for (const [i, name] of names.entries())
        rows.set(name, features.subarray(i * key.width, (i + 1) * key.width));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      line(`The features in ${path} are damaged and computed again: ${error.message}`);
    }
    return new FeatureStore(path, key, rows);
  }

  get(photograph: string): Float32Array | undefined {
    return this.#rows.get(photograph);
  }

  /** [n, width] for these photographs. */
  set(photographs: readonly string[], features: Float32Array): void {
    const { width } = this.#key;
    for (const [i, name] of photographs.entries())
      this.#rows.set(name, features.slice(i * width, (i + 1) * width));
  }

  /** Throws FileError. */
  async save(): Promise<void> {
    const { width } = this.#key;
    const names = [...this.#rows.keys()];
    const data = new Float32Array(names.length * width);
    for (const [i, row] of [...this.#rows.values()].entries()) data.set(row, i * width);
    makeFolder(dirname(this.path));
    const entry = { name: "features", shape: [names.length, width], data };
    const metadata = { key: JSON.stringify(this.#key), photographs: names.join(" "), sha256: sha256(data) };
    await writeSafetensors(this.path, [entry], metadata);
  }
}

/** Of bytes or numbers, in hexadecimal. */
export function sha256(values: Uint8Array | Float32Array): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return createHash("sha256").update(bytes).digest("hex");
}

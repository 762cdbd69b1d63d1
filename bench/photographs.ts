/**
 * @file `node --import tsx bench/photographs.ts [FOLDER]`: milliseconds per photograph, decoded and resized to 224x224, in one
 * thread and on all cores, and loading the folder from the cache. FOLDER: `cub-200` of the data folder unless given.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { dataFolder } from "../datasets/sources/data-folder.ts";
import type { Preparation } from "../datasets/sources/folder/decode-file.ts";
import { DecodePool } from "../datasets/sources/folder/decode-pool.ts";
import { imageFolder } from "../datasets/sources/folder/image-folder.ts";
import { listImages } from "../datasets/sources/folder/list-images.ts";

const folder = process.argv[2] ?? join(dataFolder(), "cub-200");
const { train, test } = await listImages(folder, { testFraction: 0.2, seed: 0 });
const paths = [...train, ...test].map(({ name }) => join(folder, name));
const size = { height: 224, width: 224, orientation: "ignore", maxPixels: 5e7 } as const;

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function decodeAll(preparation: Preparation, threads: number): Promise<void> {
  const pool = new DecodePool(preparation, paths.length, threads);
  await Promise.all(paths.map((path) => pool.decode(path)));
  await pool.close();
}

for (const filter of ["nearest", "bilinear"] as const) {
  for (const threads of new Set([1, availableParallelism()])) {
    const total = await milliseconds(() => decodeAll({ ...size, filter }, threads));
    const each = (total / paths.length).toFixed(2);
    console.log(
      `${filter.padEnd(8)} ${threads} thread(s): ${each} ms a photograph, ${paths.length} in ${total.toFixed(0)} ms`,
    );
  }
}
const data = mkdtempSync(join(tmpdir(), "wgrad-bench-"));
try {
  for (const state of ["cold", "warm", "warm", "warm"]) {
    const total = await milliseconds(() => imageFolder(folder, { size: 224, data }));
    console.log(`${state}: ${paths.length} photographs in ${total.toFixed(0)} ms`);
  }
} finally {
  rmSync(data, { recursive: true });
}

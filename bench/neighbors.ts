/** @file The search for nearest neighbours as a whole, beside the matrix product that it is made of. */

import { boundOf } from "../engine/ceilings/bound.ts";
import type { Ceilings } from "../engine/ceilings/ceilings.ts";
import type { Engine } from "../engine/device.ts";
import { pcg4d } from "../engine/random.ts";
import { matrixProduct } from "../kernels/dense/product.ts";
import { NearestNeighbors } from "../kernels/neighbors/index.ts";
import { nearestReference } from "../kernels/neighbors/neighbors.reference.ts";
import { emptyNearest, referenceBlock, searchBlock } from "../kernels/neighbors/search.ts";
import { array64 } from "../kernels/reference.ts";
import type { HostRows } from "../kernels/rows.ts";
import { dispose, randomTensor } from "../lessons/speed/random-tensor.ts";
import { rates } from "../runner/speed/rates.ts";
import type { Row } from "../runner/speed/row.ts";
import { type Measurement, measure } from "./measure.ts";

/** Queries unless --only names another number: with these references the question of ae-c. */
export const defaultQueries = 10_000;
const referenceCount = 55_000;
const width = 784;
const k = 10;

/** Two rows of the same run: a product of the blocks that the search works on, and the whole search. */
export async function timeNeighbors(
  engine: Engine,
  queryCount: number,
  seconds: number,
  ceilings: Ceilings,
): Promise<Row[]> {
  const references = randomRows(referenceCount, 1);
  const queries = randomRows(queryCount, 2);
  using neighbors = new NearestNeighbors(engine, references, new Uint32Array(referenceCount), { k });
  await checkFirst(neighbors, references, queries);
  const block = neighbors.blocks(queryCount);
  const { product, launches } = await timeProduct(engine, block, seconds);
  const search = await measure("knn search", async () => void (await neighbors.neighbors(queries)), seconds);
  const row = (variant: string, measured: Measurement, size: Size, dispatches: number): Row => {
    const work = workOf(size);
    return {
      suite: "kernels",
      workload: "knn",
      batch: queryCount,
      variant,
      ...measured,
      ...rates(work, measured.ms, boundOf(work, ceilings)),
      dispatches,
    };
  };
  const whole = { rows: referenceCount, columns: queryCount };
  const productRow = row("product of a block", product, block, 1);
  const searchRow = row("whole search", search, whole, launches * block.count);
  return [productRow, { ...searchRow, product_fraction: searchRow.gflops / productRow.gflops }];
}

/** References by queries. */
interface Size {
  readonly rows: number;
  readonly columns: number;
}

/** Two operations per pair and feature; rows are read once, products are written once. */
function workOf({ rows, columns }: Size) {
  return { flops: 2 * rows * columns * width, bytes: 4 * ((rows + columns) * width + rows * columns) };
}

/** The product of a block of references with one of queries, and how many launches the search makes of it. */
async function timeProduct(engine: Engine, { rows, columns }: Size, seconds: number) {
  const a = randomTensor(engine, [rows, width], 1).tensor;
  const b = randomTensor(engine, [columns, width], 2).tensor;
  const once = async () => {
    engine.scope(() => void matrixProduct({ a, b, transposeB: true }));
    await engine.sync();
  };
  const product = await measure("knn product", once, seconds);
  const launches = engine.scope(() => {
    const [references, nearest] = [referenceBlock(a, 0, rows), emptyNearest(engine, k, columns)];
    const recording = engine.record(() => searchBlock(b, references, nearest));
    recording.dispose();
    return recording.dispatches.length;
  });
  dispose([a, b]);
  return { product, launches };
}

/** Throws unless the neighbours of the first queries are those of the float64 reference. */
async function checkFirst(neighbors: NearestNeighbors, references: HostRows, queries: HostRows) {
  const count = 2;
  const first = { ...queries, values: queries.values.slice(0, count * width), shape: [count, width] };
  const { indices } = await neighbors.neighbors(first);
  const expected = nearestReference(inFloat64(references), inFloat64(first), k).indices.flat();
  if (!expected.every((index, i) => index === indices[i]))
    throw new Error(`knn: the neighbours of the first queries are ${indices}, not ${expected}.`);
}

function inFloat64({ values, shape }: HostRows) {
  return array64(
    shape,
    Float64Array.from(values, (byte) => Math.fround(byte / 255)),
  );
}

/** Bytes, as of images. */
function randomRows(rows: number, stream: number): HostRows {
  const words = new Uint32Array((rows * width) / 4);
  for (let i = 0; i < words.length; i += 4) words.set(pcg4d(i, stream, 0, 1), i);
  return { values: new Uint8Array(words.buffer), shape: [rows, width], scale: 1 / 255 };
}

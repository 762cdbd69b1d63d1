/** @file Single kernels: each is compared with what it should compute, then timed. */

import { boundOf } from "../engine/ceilings/bound.ts";
import type { Ceilings } from "../engine/ceilings/ceilings.ts";
import type { Engine } from "../engine/device.ts";
import type { Tensor } from "../engine/tensor.ts";
import { bandwidthWorkloads } from "./bandwidth.ts";
import { type Measurement, measure } from "./measure.ts";
import { defaultQueries, timeNeighbors } from "./neighbors.ts";
import { productWorkloads } from "./products.ts";
import { type Row, rates } from "./row.ts";

export const kernelWorkloads: readonly string[] = [
  ...Object.keys(productWorkloads),
  ...Object.keys(bandwidthWorkloads),
  "knn",
];

/** Of the workloads that can be timed with another batch. */
export const kernelBatches: Readonly<Record<string, number>> = { knn: defaultQueries };

/** Times one workload in all its variants. A result that is not what it should be is an error, not a row. */
export async function timeKernel(
  engine: Engine,
  { workload: name, batch }: { readonly workload: string; readonly batch?: number },
  seconds: number,
  ceilings: Ceilings,
): Promise<Row[]> {
  if (batch !== undefined) return timeNeighbors(engine, batch, seconds, ceilings);
  return name in productWorkloads
    ? timeProduct(engine, name, seconds, ceilings)
    : [await timeBandwidth(engine, name, seconds, ceilings)];
}

/** The naive variant is the first; the others must agree with it. */
async function timeProduct(
  engine: Engine,
  name: string,
  seconds: number,
  ceilings: Ceilings,
): Promise<Row[]> {
  const { batch, flops, bytes, subjects } = productWorkloads[name]!;
  const { list, free } = subjects(engine);
  const [naive, ...others] = list;
  const expected = await resultOf(engine, naive!.run);
  for (const { variant, run } of others) compare(`${name} ${variant}`, await resultOf(engine, run), expected);
  const rows: Row[] = [];
  for (const { variant, run } of list) {
    const { ms, runs } = await time(engine, `${name} ${variant}`, run, seconds);
    rows.push({
      suite: "kernels",
      workload: name,
      batch,
      variant,
      ms,
      runs,
      ...rates({ flops, bytes }, ms, boundOf({ flops, bytes }, ceilings)),
      dispatches: 1,
    });
  }
  free();
  return rows;
}

async function timeBandwidth(
  engine: Engine,
  name: string,
  seconds: number,
  ceilings: Ceilings,
): Promise<Row> {
  const { run, bytes, flops, expected, free } = bandwidthWorkloads[name]!(engine);
  compare(name, await resultOf(engine, run), expected());
  const recording = engine.record(() => engine.scope(() => void run()));
  const dispatches = recording.dispatches.length;
  recording.dispose();
  const { ms, runs } = await time(engine, name, run, seconds);
  free();
  return {
    suite: "kernels",
    workload: name,
    batch: 1,
    variant: "",
    ms,
    runs,
    ...rates({ flops, bytes }, ms, boundOf({ flops, bytes }, ceilings)),
    dispatches,
  };
}

function time(engine: Engine, label: string, run: () => Tensor, seconds: number): Promise<Measurement> {
  const once = async () => {
    engine.scope(() => void run());
    await engine.sync();
  };
  return measure(label, once, seconds);
}

async function resultOf(engine: Engine, run: () => Tensor): Promise<Float32Array> {
  const y = engine.keep(engine.scope(run));
  const values = (await y.data()) as Float32Array;
  y.dispose();
  return values;
}

function compare(name: string, actual: Float32Array, expected: ArrayLike<number>): void {
  let [scale, worst] = [0, 0];
  for (const [i, value] of actual.entries()) {
    scale = Math.max(scale, Math.abs(expected[i]!));
    worst = Math.max(worst, Math.abs(value - expected[i]!));
  }
  if (!(worst <= 1e-4 * scale) || actual.length !== expected.length)
    throw new Error(`${name}: the result is off by ${worst}, of ${scale}.`);
}

/** @file Single kernels: each is compared with what it should compute, then timed. */

import { boundOf } from "../engine/ceilings/bound.ts";
import type { Ceilings } from "../engine/ceilings/ceilings.ts";
import type { Engine } from "../engine/device.ts";
import type { Tensor } from "../engine/tensor.ts";
import { productWorkloads } from "../lessons/speed/products.ts";
import { requireClose, resultOf } from "../lessons/speed/results.ts";
import { rates } from "../runner/speed/rates.ts";
import type { Row } from "../runner/speed/row.ts";
import { bandwidthWorkloads } from "./bandwidth.ts";
import { type Measurement, measure } from "./measure.ts";
import { defaultQueries, timeNeighbors } from "./neighbors.ts";

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
  const { batch, flops, bytes, open } = productWorkloads[name]!;
  const { naive, chosen, free } = open(engine);
  const expected = await resultOf(engine, naive.run);
  requireClose(`${name} ${chosen.variant}`, await resultOf(engine, chosen.run), expected);
  const rows: Row[] = [];
  for (const { variant, run } of [naive, chosen]) {
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
  requireClose(name, await resultOf(engine, run), expected());
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

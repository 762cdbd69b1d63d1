/** @file The ladder: the variants of products on this adapter, compared with the naive kernel and timed one after the other. */
import { boundOf } from "../../engine/ceilings/bound.ts";
import type { Ceilings } from "../../engine/ceilings/ceilings.ts";
import type { Engine } from "../../engine/device.ts";
import { type ProductName, productWorkload, type Rung } from "../../lessons/speed/products.ts";
import { requireClose, resultOf } from "../../lessons/speed/results.ts";
import { timeRuns } from "../../lessons/speed/time-runs.ts";
import { rates, spreadOf } from "../../runner/speed/rates.ts";
import type { LadderEvent, LadderName, MeasuredRung } from "./kernels-protocol.ts";

/** The same problems on every GPU, so that rows can be compared; an adapter in software gets one image, and small matrices. */
export function ladderProblem(ladder: LadderName, isSoftware: boolean): { name: ProductName; batch: number } {
  const names = {
    dense: isSoftware ? "mm512" : "mm2048",
    forward: "svhn-c conv2 forward",
    "input-gradient": "svhn-c conv2 input",
    "filter-gradient": "svhn-c conv2 filters",
  } as const;
  return { name: names[ladder], batch: isSoftware ? 1 : 32 };
}

/** Times all rungs of a ladder for about so many seconds each. */
export async function measureLadder(
  engine: Engine,
  ladder: LadderName,
  ceilings: Ceilings,
  seconds: number,
  tell: (event: LadderEvent) => void,
  problem = ladderProblem(ladder, engine.adapter.software),
): Promise<void> {
  const { batch, flops, bytes, open } = productWorkload(problem.name, problem.batch);
  const { naive, rungs, free } = open(engine);
  const work = { flops, bytes };
  const expected = await resultOf(engine, naive.run);
  const measure = async (rung: Rung): Promise<MeasuredRung> => {
    const { variant } = rung;
    if ("missing" in rung) return { variant, missing: rung.missing };
    tell({ kind: "timing", ladder, variant });
    try {
      requireClose(`${problem.name} ${variant}`, await resultOf(engine, rung.run), expected);
    } catch (error) {
      return { variant, wrong: error instanceof Error ? error.message : String(error) };
    }
    const { samples, dispatches } = await timeRuns(engine, rung.run, seconds);
    const ms = spreadOf(samples);
    const figures = rates(work, ms, boundOf(work, ceilings));
    const what = { suite: "kernels", workload: problem.name, batch, variant } as const;
    return { variant, row: { ...what, ms, runs: samples.length, ...figures, dispatches } };
  };
  for (const rung of rungs) tell({ kind: "rung", ladder, rung: await measure(rung) });
  free();
}

/** @file What the page measures is read by the bench: the file by its reader, its rows by its comparison and its tables. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compareRows } from "../../bench/compare.ts";
import { benchTable, readResults } from "../../bench/readme-table.ts";
import { adapterName } from "../../bench/result-file.ts";
import { tableRow } from "../../bench/row.ts";
import type { Ceilings } from "../../engine/ceilings/ceilings.ts";
import { productWorkload } from "../../lessons/speed/products.ts";
import { ladderFile } from "../../web/ladder-file.ts";
import { type LadderName, ladderNames, type MeasuredRung } from "../../web/worker/kernels-protocol.ts";
import { ladderProblem, measureLadder } from "../../web/worker/ladder.ts";
import { useEngine } from "../support/engine.ts";

const ceilings: Ceilings = {
  f32GigaFlops: 100,
  kernelGigabytes: 10,
  copyGigabytes: 12,
  launchMicroseconds: 5,
  encodeMicroseconds: 2,
  submitMicroseconds: 50,
};
const browser = "Mozilla/5.0 (X11; Linux x86_64) Chrome/147.0.0.0";
const small = { dense: "mm64", other: "svhn-c conv1 filters" } as const;

describe("the ladder", () => {
  const engine = useEngine();

  async function measured(ladder: LadderName): Promise<MeasuredRung[]> {
    const rungs: MeasuredRung[] = [];
    const tell: Parameters<typeof measureLadder>[4] = (event) => {
      if (event.kind === "rung") rungs.push(event.rung);
    };
    const name = ladder === "dense" ? small.dense : small.other;
    await measureLadder(engine(), ladder, ceilings, 0.01, tell, { name, batch: 1 });
    return rungs;
  }

  it.for(["dense", "filter-gradient"] as const)("climbs %s from the naive kernel up", async (ladder) => {
    const rungs = await measured(ladder);
    const names = rungs.map(({ variant }) => variant);
    const tiled = ladder === "dense" ? "tiled" : "tiled-any"; // of three channels
    expect(names).toEqual(expect.arrayContaining(["naive", "registers", tiled, "subgroup-matrix"]));
    for (const rung of rungs) {
      expect(rung).not.toHaveProperty("wrong");
      if ("row" in rung) expect(rung.row.gflops).toBeGreaterThan(0);
    }
    expect(names[0]).toBe("naive");
  });

  it("leaves a file that the bench reads", async () => {
    const rungs = await measured("dense");
    const page = { browser, version: "0.1.0", commit: "" };
    const file = ladderFile({ adapter: engine().adapter, ceilings }, rungs, page);
    const folder = mkdtempSync(join(tmpdir(), "wgrad-ladder-"));
    writeFileSync(join(folder, "ladder.json"), JSON.stringify(file));
    const [read, ...others] = readResults(folder);
    rmSync(folder, { recursive: true });
    expect(others).toEqual([]);
    expect(read).toEqual({ ...file, adapter: { ...engine().adapter, device: adapterName(read!) } });
    expect(read).toMatchObject({ commit: null, versions: { wgrad: "0.1.0", browser }, ceilings });
    expect(read!.rows.length).toBe(rungs.filter((rung) => "row" in rung).length);
    for (const row of read!.rows) expect(tableRow(row)).toContain("mm64");
    const { changes } = compareRows(read!.rows, file.rows);
    expect(changes.map(({ verdict }) => verdict)).not.toContain("slower");
    expect(benchTable([read!]).split("\n").length).toBe(2); // kernels are no training steps
  });

  it("has a problem for each name, on either class of adapter", () => {
    for (const name of ladderNames)
      for (const isSoftware of [true, false]) {
        const problem = ladderProblem(name, isSoftware);
        expect(productWorkload(problem.name, problem.batch).flops).toBeGreaterThan(1e8);
      }
  });
});

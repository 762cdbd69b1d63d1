/** @file Sweeps: finished trials are not run again, failed ones do not stop the rest, cut ones go on. */
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../../engine/errors.ts";
import { planSweep, type SweepOptions } from "../../../runner/sweep/plan.ts";
import { runSweep } from "../../../runner/sweep/sweep-run.ts";
import { useTemporaryFolder } from "../../datasets/support/temporary-folder.ts";
import { useEngine } from "../../support/engine.ts";
import { tinySurroundings, tinyTraining } from "../support/tiny-training.ts";

describe("runSweep", () => {
  const engine = useEngine();
  const folder = useTemporaryFolder();
  const sweep = async (options: Partial<SweepOptions>) => {
    const lines: string[] = [];
    const given = { seed: 1, profile: "quick", shuffle: true, ...options } as const;
    const plan = planSweep(tinyTraining, given, engine().adapter);
    const surroundings = tinySurroundings(engine(), lines);
    const context = { ...surroundings, experiment: tinyTraining, settings: plan.settings, folder: folder() };
    return { ...(await runSweep(context, plan)), lines };
  };
  const file = (trial: string, name: string) => join(folder(), trial, name);

  it("trains each trial in a folder of its own, and none twice", async () => {
    const first = await sweep({ set: ["lr=0.001,0.002"] });
    expect(first.failed).toEqual([]);
    const trials = first.result.trials as { status: string; measured: Record<string, number> }[];
    expect(trials.map(({ status }) => status)).toEqual(["done", "done"]);
    expect(trials[0]!.measured.test_loss).not.toBe(trials[1]!.measured.test_loss);
    for (const name of ["config.json", "result.json", "history.json", "weights.safetensors", "report.html"])
      expect(existsSync(file("lr=0.001", name)), name).toBe(true);
    for (const name of ["config.json", "result.json", "report.html", "figures/test-error.png"])
      expect(existsSync(join(folder(), name)), name).toBe(true);
    const report = readFileSync(join(folder(), "report.html"), "utf8");
    expect(report).toContain("Mean and deviation over seeds");

    const written = statSync(file("lr=0.001", "weights.safetensors")).mtimeMs;
    const second = await sweep({ set: ["lr=0.001,0.002,0.003"] });
    expect(second.lines.filter((line) => line.includes("finished before")).length).toBe(2);
    expect(statSync(file("lr=0.001", "weights.safetensors")).mtimeMs).toBe(written);
    expect((second.result.trials as object[]).slice(0, 2)).toEqual(first.result.trials);
  });

  it("counts images as its runs do, held out ones too; and knows the best of the first five epochs", async () => {
    const { result } = await sweep({ set: ["lr=0.01"], epochs: 7 });
    const read = (name: string) => JSON.parse(readFileSync(file("lr=0.01", name), "utf8"));
    const run = read("result.json");
    expect(run.dataset).toMatchObject({ train: 18, validation: 6, test: 12 }); // the last quarter of 24
    expect(result.dataset).toEqual(run.dataset);
    expect(result).toMatchObject({ parameters: 30_730, parameters_in_full: 30_730 });
    const accuracies: number[] = read("history.json").val_accuracy;
    expect(run.measured.first_5_val_accuracy).toBe(Math.max(...accuracies.slice(0, 5)));
    expect(run.measured.best_val_accuracy).toBe(Math.max(...accuracies));
  });

  it("goes on after a trial that fails, and tries it again", async () => {
    for (const expected of [0, 1]) {
      const { failed, result, lines } = await sweep({ set: ["lr=1e38,0.001"] });
      expect(failed.map(({ name }) => name)).toEqual(["lr=1e+38"]);
      expect(failed[0]!.error).toMatch(/not finite/);
      expect(lines.filter((line) => line.includes("finished before")).length).toBe(expected);
      expect(result.best).toMatchObject({ factors: { lr: 0.001 } });
      expect(readFileSync(join(folder(), "report.html"), "utf8")).toContain("Failed trials");
    }
  });

  it("finishes a trial that was cut: the same bits", async () => {
    await sweep({ set: ["lr=0.001"], seeds: 2 });
    const path = file("lr=0.001,seed=2", "weights.safetensors");
    const whole = readFileSync(path);
    rmSync(path);
    rmSync(file("lr=0.001,seed=2", "result.json"));
    await sweep({ set: ["lr=0.001"], seeds: 2 });
    expect(readFileSync(path).equals(whole)).toBe(true);
  });

  it("refuses a folder whose trials had other settings", async () => {
    await sweep({ set: ["lr=0.001"], epochs: 1 });
    await expect(sweep({ set: ["lr=0.001"], epochs: 2 })).rejects.toThrow(UsageError);
  });
});

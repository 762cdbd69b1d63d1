import { describe, expect, it } from "vitest";
import type { AdapterFacts } from "../../../engine/adapter.ts";
import { UsageError } from "../../../engine/errors.ts";
import { findExperiment } from "../../../experiments/registry.ts";
import type { TrainingExperiment } from "../../../runner/experiment.ts";
import { planSweep, type SweepOptions, singleChanges } from "../../../runner/sweep/plan.ts";
import { bestOf, summarizeTrials, type TrialResult } from "../../../runner/sweep/summary.ts";
import { sweepTable, tableLines } from "../../../runner/sweep/sweep-table.ts";

const adapter = { software: true } as AdapterFacts;
const plan = (id: string, options: Partial<SweepOptions> = {}) =>
  planSweep(findExperiment(id), { seed: 1, profile: "quick", shuffle: true, ...options }, adapter);

describe("the trials of a sweep", () => {
  it("are all combinations of values and seeds", () => {
    const { trials } = plan("cifar10-b", { set: ["lr=1e-3,1e-4", "optimizer=sgd,adam"], seeds: 3, seed: 5 });
    expect(trials.length).toBe(2 * 2 * 3);
    expect(trials[0]!.name).toBe("lr=0.001,optimizer=sgd,seed=5");
    expect(trials.at(-1)!.name).toBe("lr=0.0001,optimizer=adam,seed=7");
    expect(new Set(trials.map(({ name }) => name)).size).toBe(12);
    const { config } = trials.at(-1)!.experiment.optimizer();
    expect(config).toMatchObject({ name: "adam", learningRate: 1e-4 });
    expect(trials.at(-1)!.settings).toMatchObject({
      seed: 7,
      changes: { learningRate: 1e-4, optimizer: "adam" },
    });
  });

  it("are chosen by accuracy, or by loss where none is measured; validation before test", () => {
    const training = findExperiment("cifar10-b") as TrainingExperiment;
    const best = (change: Partial<TrainingExperiment>) =>
      planSweep({ ...training, ...change }, { seed: 1, profile: "quick", shuffle: true, seeds: 2 }, adapter)
        .best;
    expect(best({ validation: "test" })).toEqual({ measure: "test_accuracy", mode: "max" });
    const validation = { take: "last", fraction: 0.1 } as const;
    expect(best({ validation, metrics: { mae: "mae" } })).toEqual({ measure: "val_loss", mode: "min" });
  });

  it("of a declared sweep are its own, or those with other values", () => {
    expect(plan("svhn-e").trials.map(({ name }) => name)).toContain("filters4-8");
    const wider = plan("svhn-e", { set: ["batch=8,16"] });
    expect(wider.trials.length).toBe(2 * plan("svhn-e").trials.length);
    expect(wider.trials[1]).toMatchObject({ name: "filters4-8,batch=16", settings: { batch: 16 } });
    expect(wider.settings.batch).toBe(plan("svhn-e").settings.batch);
  });

  it("train as the command line says, which stands in the command that repeats them", () => {
    const options = {
      recompute: true,
      eager: true,
      precision: "mixed",
      dataSet: ["folder", "/birds"],
    } as const;
    const { trials, command, fullCommand } = plan("cifar10-b", { ...options, skipBroken: true, seeds: 2 });
    const photographs = { folder: "/birds", filter: "nearest", skipBroken: true };
    for (const { settings, experiment } of trials) {
      expect(settings).toMatchObject({ recompute: true, eager: true, precision: "mixed", photographs });
      expect(experiment.dataset).toMatchObject(photographs);
    }
    const words =
      "--eager --recompute --precision mixed --data-set folder /birds --resize nearest --skip-broken";
    expect(command).toContain(words);
    expect(fullCommand).toContain(words);
    expect(plan("svhn-e", { recompute: true }).trials[0]!.settings.recompute).toBe(true);
    expect(() => plan("svhn-e", { dataSet: ["folder", "/birds"] })).toThrow(/no single training run/);
  });

  it.each<[string, string, Partial<SweepOptions>, RegExp]>([
    ["nothing to vary", "cifar10-b", {}, /nothing to vary/],
    ["no training", "cifar10-a", { seeds: 2 }, /trains no network/],
    ["a name that is none", "cifar10-b", { set: ["learningrate=1"] }, /Did you mean "learningRate"/],
    ["a name twice", "cifar10-b", { set: ["lr=1", "learningRate=2"] }, /lr is given twice/],
    ["no value", "cifar10-b", { set: ["lr="] }, /write a name and its values/],
    ["no name", "cifar10-b", { set: ["=3"] }, /write a name and its values/],
    ["an empty value", "cifar10-b", { set: ["lr=1,,2"] }, /a value is empty/],
    ["a value twice", "cifar10-b", { set: ["lr=1e-3,0.001"] }, /a value is there twice/],
    ["half an image", "cifar10-b", { set: ["batch=1.5"] }, /positive whole number, got "1.5"/],
  ])("%s is wrong usage", (_, id, options, pattern) => {
    expect(() => plan(id, options)).toThrow(UsageError);
    expect(() => plan(id, options)).toThrow(pattern);
  });

  it("train takes one value for each name", () => {
    expect(singleChanges(["lr=1e-3", "nesterov=true"])).toEqual({ learningRate: 0.001, nesterov: true });
    expect(() => singleChanges(["lr=1,2"])).toThrow(/several are for `\w.*sweep`/);
    expect(() => singleChanges(["lr=1", "lr=2"])).toThrow(/given twice/);
  });
});

describe("figures of a sweep", () => {
  const trial = (lr: number, seed: number, test_error?: number): TrialResult => ({
    name: `lr=${lr},seed=${seed}`,
    factors: { lr },
    seed,
    folder: `lr=${lr},seed=${seed}`,
    ...(test_error === undefined
      ? { status: "failed" as const, error: "not finite" }
      : {
          status: "done" as const,
          parameters: 10,
          epochs: 1,
          measured: { test_error, test_accuracy: 1 - test_error },
        }),
  });
  const summaries = summarizeTrials([
    trial(1, 1, 0.2),
    trial(1, 2, 0.4),
    trial(2, 1, 0.25),
    trial(2, 2),
    trial(3, 1),
    trial(3, 2),
  ]);

  it("are mean and sample deviation over the seeds that were finished", () => {
    expect(summaries.map(({ runs, failed }) => [runs.length, failed])).toEqual([
      [2, 0],
      [1, 1],
      [0, 2],
    ]);
    expect(summaries[0]!.mean.test_error).toBeCloseTo(0.3, 12);
    expect(summaries[0]!.deviation.test_error).toBeCloseTo(Math.sqrt(0.02), 12); // ((0.1)^2 + (0.1)^2) / (2 - 1)
    expect(summaries[1]!.deviation).toEqual({});
  });

  it("tell the best trial, by the measure and its direction", () => {
    expect(bestOf(summaries, { measure: "test_error", mode: "min" })).toBe(summaries[1]);
    expect(bestOf(summaries, { measure: "test_accuracy", mode: "max" })).toBe(summaries[1]);
    expect(bestOf(summaries, { measure: "val_accuracy", mode: "max" })).toBeUndefined();
    expect(bestOf(summarizeTrials([trial(3, 1)]), { measure: "test_error", mode: "min" })).toBeUndefined();
  });

  it("make a table with deviations and remarks", () => {
    const best = bestOf(summaries, { measure: "test_error", mode: "min" });
    const { columns, rows } = sweepTable(summaries, best);
    expect(columns).toEqual(["lr", "parameters", "test error", "seeds", ""]);
    expect(rows).toEqual([
      ["1", "10", "30.00 % ± 14.14", "2", ""],
      ["2", "10", "25.00 %", "1", "best, 1 failed"],
      ["3", "", "", "0", "2 failed"],
    ]);
    expect(tableLines({ columns, rows }).length).toBe(4);
  });
});

import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FileError, UsageError } from "../../../engine/errors.ts";
import { History } from "../../../models/index.ts";
import { compareRuns } from "../../../runner/compare/compare-runs.ts";
import { readSavedRun } from "../../../runner/store/saved-run.ts";
import { useTemporaryFolder } from "../../datasets/support/temporary-folder.ts";
import { expectBalanced, expectSelfContained } from "../../report/markup-checks.ts";
import { type FolderContent, threeEpochs, writeRunFolder } from "../support/run-folder.ts";

const folder = useTemporaryFolder();
const run = (name: string, content: FolderContent = {}) =>
  readSavedRun(writeRunFolder(join(folder(), name), { history: threeEpochs, ...content }));

describe("compareRuns", () => {
  it("draws a chart per set and measure, names what differs and marks the best", async () => {
    const published = [
      { name: "Test accuracy", measure: "test_accuracy", published: 0.9428, source: "a paper" },
    ];
    const runs = [
      run("a", { measured: { test_accuracy: 0.6, test_loss: 0.9 }, published }),
      run("b", { measured: { test_accuracy: 0.7, test_loss: 1.1 }, settings: { batch: 32, seed: 2 } }),
    ];
    const { html, figures, provenance } = await compareRuns(runs);
    expectBalanced(html);
    expectSelfContained(html);
    // the validation set is the test set, so it has no charts of its own
    expect(figures.map(({ name }) => name)).toEqual([
      "loss-training",
      "error-training",
      "loss-test",
      "error-test",
      "time",
    ]);
    expect(html).toContain("<strong>70.00\u00a0%</strong>");
    expect(html).toContain("<strong>0.9</strong>");
    expect(html).toContain("94.28\u00a0%");
    const settings = html.slice(
      html.indexOf("Settings that differ"),
      html.indexOf("Settings that all runs share"),
    );
    expect(settings).toContain(">1,280</td>");
    expect(settings).not.toContain("epochs");
    expect(provenance).toBe("2 runs of svhn-c");
  });

  it("draws a validation set of its own", async () => {
    const history = { ...threeEpochs, val_loss: [1, 1, 1] };
    const { figures } = await compareRuns([run("a", { history }), run("b")]);
    expect(figures.map(({ name }) => name)).toContain("loss-validation");
  });

  it("takes an unfinished run by its curves and says so", async () => {
    const { html } = await compareRuns([
      run("a", { measured: { test_loss: 1 } }),
      run("b", { finished: false }),
    ]);
    expect(html).toContain("<strong>UNFINISHED RUN.</strong> Not finished, so without final figures: b.");
    expect(html).toContain('<span class="badge">unfinished</span> after epoch 3');
  });

  it("says loudly that images are not the same", async () => {
    const mnist = { id: "mnist", origin: "synthetic" };
    const { html, provenance } = await compareRuns([
      run("a"),
      run("b", { experiment: "ae-a", dataset: mnist }),
    ]);
    expect(provenance).toBe(
      "2 runs of svhn-c, ae-a · DIFFERENT DATA SETS · DIFFERENT ORIGINS · SYNTHETIC DATA",
    );
    expect(html).toContain("svhn (svhn-c a); mnist (ae-a b)");
  });

  it("refuses what cannot be compared", async () => {
    const [a, bare] = [run("a"), run("bare", { finished: false, history: { epoch: [] } })];
    await expect(compareRuns([a])).rejects.toThrow(UsageError);
    await expect(compareRuns([a, bare])).rejects.toThrow(/neither result.json nor an epoch in history.json/);
    await expect(compareRuns(Array(11).fill(a))).rejects.toThrow(/11 runs; more than 10 curves/);
  });
});

/** Entries of any name, `__proto__` as well. */
const named = (names: readonly string[], value: number) =>
  Object.fromEntries(names.map((name) => [name, value]));

describe("runs with names that objects inherit", () => {
  it("are compared", async () => {
    const names = ["constructor", "toString"];
    const measured = (value: number) => named([...names, "__proto__"], value);
    const [a, b] = [1, 2].map((k) =>
      run(`inherited ${k}`, { measured: measured(k), settings: named(names, k) }),
    );
    const other = run("inherited 3", { measured: { test_loss: 3 } });
    const { html } = await compareRuns([a!, b!, other]);
    for (const name of names) expect(html).toContain(name);
    expect(html).not.toMatch(/native code|object Object/);
  });
});

describe("readSavedRun", () => {
  it("says what is wrong with a folder that is no run", () => {
    expect(() => readSavedRun(join(folder(), "nowhere"))).toThrow(FileError);
    expect(() => readSavedRun(folder())).toThrow(/is not a run folder: it has no config.json/);
    const damaged = writeRunFolder(join(folder(), "damaged"), { history: threeEpochs });
    writeFileSync(join(damaged, "history.json"), '{"loss": ["many"]}');
    expect(() => readSavedRun(damaged)).toThrow(/history.json is damaged/);
    writeFileSync(join(damaged, "history.json"), "{");
    expect(() => readSavedRun(damaged)).toThrow(/Cannot read .*history.json/);
    rmSync(join(damaged, "history.json"));
    expect(readSavedRun(damaged).history).toBeUndefined();
  });

  it("counts epochs where the file does not", () => {
    const { history } = run("uncounted", { history: { loss: [3, 2, null] } });
    expect(history).toEqual({ epoch: [1, 2, 3], loss: [3, 2, null] });
  });

  it("has every number and every name of a history", () => {
    const names = ["__proto__", "constructor", "toString"];
    const values = [Number.NaN, Number.POSITIVE_INFINITY, -0];
    const history = new History();
    for (const value of values) history.append(history.epoch.length + 1, named(names, value));
    const read = run("names", { history: history.toJSON() as NonNullable<FolderContent["history"]> })
      .history!;
    expect(Object.keys(read).sort()).toEqual([...names, "epoch"].sort());
    for (const name of names) expect(Object.getOwnPropertyDescriptor(read, name)!.value).toEqual(values);
  });

  it("keeps the numbers among what was measured", () => {
    expect(run("mixed", { measured: { a: 1, b: "x", c: null, d: { e: 1 } } }).measured).toEqual({ a: 1 });
  });
});

/** @file The store of runs: folders of today and of before, found by what they are. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConfig, sourceOf } from "../../../runner/store/run-folder.ts";
import { createRun, findRuns, newestOfEach, newestRun, runToResume } from "../../../runner/store/runs.ts";
import { readSavedRun } from "../../../runner/store/saved-run.ts";
import { useTemporaryFolder } from "../../datasets/support/temporary-folder.ts";
import { quickSettings } from "../studies/support/run-study.ts";
import { writeRunFolder } from "../support/run-folder.ts";

const folder = useTemporaryFolder();
const start = process.cwd();
beforeEach(() => process.chdir(folder()));
afterEach(() => process.chdir(start));

const images = (md5: string) => ({
  ...{ id: "svhn", origin: "other", note: "", train: 10, test: 5 },
  files: [{ path: "/data/svhn/train_32x32.mat", bytes: 1, md5, official: false, count: 10 }],
});
const run = (name: string, content: Parameters<typeof writeRunFolder>[1] = {}) =>
  writeRunFolder(join("runs", "svhn-c", name), {
    ...content,
    settings: { ...quickSettings, ...content.settings },
  });
const names = (wanted: Parameters<typeof findRuns>[1]) =>
  findRuns("svhn-c", wanted).map((found) => found.folder.split("/").at(-1));

describe("runs", () => {
  it("are found by images, settings and files, the newest first; what is damaged is passed over", () => {
    run("1", { dataset: images("a") });
    run("2", { dataset: images("b"), settings: { seed: 9 } });
    run("3", { dataset: images("a"), settings: { seed: 9 }, finished: false });
    writeFileSync(join(run("4"), "config.json"), "{ damaged");
    expect(names({})).toEqual(["3", "2", "1"]);
    expect(names({ settings: { seed: 9 } })).toEqual(["3", "2"]);
    expect(names({ images: readConfig("runs/svhn-c/1").dataset })).toEqual(["3", "1"]);
    expect(names({ holds: ["result.json"] })).toEqual(["2", "1"]);
    expect(names({ experiment: "svhn-d" })).toEqual([]);
    expect(names({ file: { path: "x.ts", sha256: "0" } })).toEqual([]);
    expect(names({ file: undefined })).toEqual(["3", "2", "1"]);
  });

  it("to build on are finished ones before those that were cut", () => {
    for (const name of ["1", "2"]) mkdirSync(join(run(name, { finished: name === "1" }), "checkpoint"));
    writeFileSync("runs/svhn-c/1/checkpoint/training.safetensors", "");
    expect(newestRun("svhn-c", {})).toMatchObject({ folder: "runs/svhn-c/1", finished: true });
    expect(newestRun("svhn-c", { settings: { seed: 99 } })).toBeUndefined();
  });

  it("that begin in the same second have folders of their own", () => {
    const [first, second] = [0, 1].map(() => createRun("a", undefined, new Date(0)));
    expect([first, second]).toEqual(["runs/a/1970-01-01T00-00-00", "runs/a/1970-01-01T00-00-00-2"]);
    expect(() => createRun("svhn-c", run("1"), new Date())).toThrow(/holds a run already/);
  });
});

describe("a folder that an older version wrote", () => {
  /** As of 0.1.0 before settings had precision, trial and changes, and files a data folder. */
  const config = {
    experiment: "svhn-c",
    command: "npm run train -- svhn-c --profile quick --seed 1",
    settings: {
      ...{ profile: "quick", epochs: 4, batch: 16, limit: 1400, testLimit: 500, seed: 1 },
      ...{ shuffle: true, eager: false, literal: false },
    },
    started: "2026-11-21T22:14:05.123Z",
    adapter: { class: "lavapipe", vendor: "mesa", architecture: "", device: "", description: "llvmpipe" },
    versions: { wgrad: "0.1.0", node: "20.20.2", webgpu: "0.6.2" },
    commit: null,
    dataset: images("a"),
  };
  const old = join("runs", "svhn-c", "2026-11-21T22-14-05");

  it("is read for resuming, for comparing and for the book", () => {
    mkdirSync(old, { recursive: true });
    const write = (name: string, value: unknown) => writeFileSync(join(old, name), JSON.stringify(value));
    write("config.json", config);
    write("history.json", { epoch: [1, 2], loss: [2.1, "NaN"], test_error: [0.8, null] });
    expect(readConfig(old)).toEqual({
      ...config,
      ...{ resumed: [], method: {} },
      settings: { ...config.settings, precision: "float32", trial: null, changes: {} },
    });
    expect(sourceOf(readConfig(old))).toEqual({ data: "/data" });
    expect(runToResume("svhn-c", undefined)).toBe(old);
    write("result.json", { experiment: "svhn-c", measured: { test_error: 0.8 }, published: [] });
    expect(readSavedRun(old)).toMatchObject({
      history: { epoch: [1, 2], loss: [2.1, Number.NaN], test_error: [0.8, null] },
      measured: { test_error: 0.8 },
    });
    expect([...newestOfEach("runs").newest.keys()]).toEqual(["svhn-c"]);
  });
});

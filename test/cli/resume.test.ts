/** @file What a resumed run keeps. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { TrainOptions } from "../../cli/options.ts";
import { checkKeeps, otherAdapter, withWayOn } from "../../cli/resume.ts";
import { FileError, InterruptedError, UsageError } from "../../engine/errors.ts";
import { findExperiment } from "../../experiments/registry.ts";
import { runToResume } from "../../runner/store/runs.ts";
import { configSchema, type RunConfig } from "../../runner/store/schemas.ts";
import { useTemporaryFolder } from "../datasets/support/temporary-folder.ts";
import { quickSettings } from "../runner/studies/support/run-study.ts";
import { writeRunFolder } from "../runner/support/run-folder.ts";

const folder = useTemporaryFolder();
const began: RunConfig = configSchema.parse({
  ...{ experiment: "svhn-c", command: "", started: "", commit: null, versions: {} },
  adapter: { description: "llvmpipe", device: "llvmpipe (256 bits)" },
  dataset: { id: "svhn", origin: "synthetic", note: "", train: 1, test: 1, files: [] },
  settings: { ...quickSettings, limit: 1400, batch: 5, seed: 1, changes: { learningRate: 0.1 } },
});
const check = (typed: Partial<TrainOptions>, id = "svhn-c") =>
  checkKeeps(findExperiment(id), began, folder(), typed);

describe("--resume keeps", () => {
  it.each<[Partial<TrainOptions>, RegExp]>([
    [{ batch: 4 }, /began with --batch 5 and goes on with it, not with 4\. Leave the option out/],
    [{ limit: 10 }, /began with --limit 1400/],
    [{ testLimit: 10 }, /began without --test-limit and goes on without it, not with 10/],
    [{ seed: 2 }, /began with --seed 1/],
    [{ profile: "full" }, /began with --profile quick/],
    [{ shuffle: false }, /began without --no-shuffle and goes on without it\. Leave/],
    [{ eager: true }, /began without --eager and goes on without it\. Leave/],
    [{ precision: "mixed" }, /began with --precision float32/],
    [{ literal: true }, /began without --literal/],
    [{ noise: "fresh" }, /began without --noise/],
    [{ trial: "filters3-3" }, /began without --trial/],
    [{ set: ["lr=0.5"] }, /began with --set lr 0\.1 and goes on with it, not with 0\.5/],
    [{ set: ["momentum=0.5"] }, /began without --set momentum/],
  ])("%o is refused", (typed, pattern) => {
    expect(() => check(typed)).toThrow(UsageError);
    expect(() => check(typed)).toThrow(pattern);
  });

  it("nothing that the run is anyway, nor more epochs, nor where things are", () => {
    check({ batch: 5, limit: 1400, seed: 1, profile: "quick", precision: "float32", set: ["lr=0.1"] });
    check({ profile: "auto", epochs: 99, data: "elsewhere", out: "x", json: true, adapter: "lavapipe" });
    check({ stream: true, saveInitial: true });
  });

  it("the epochs of what cannot be trained for longer, and the initial weights that are gone", () => {
    const { epochs } = quickSettings;
    expect(() => check({ epochs: 9 }, "dae-b")).toThrow(`trains several networks, each for ${epochs} epochs`);
    expect(() => check({ epochs: 9 }, "cifar10-h")).toThrow(`began with ${epochs} epochs`);
    mkdirSync(join(folder(), "checkpoint"));
    writeFileSync(join(folder(), "checkpoint", "training.safetensors"), "");
    expect(() => check({ saveInitial: true })).toThrow(/weights before training are gone/);
  });

  it("not the adapter, but says so", () => {
    const here = { description: "llvmpipe", device: "llvmpipe (256 bits)" } as Parameters<
      typeof otherAdapter
    >[1];
    expect(otherAdapter(began, here)).toBeUndefined();
    expect(otherAdapter(began, { ...here, description: "SwiftShader" })).toMatch(
      /llvmpipe.*not to the same bits/,
    );
  });
});

describe("--resume without --out", () => {
  it("takes the newest unfinished run that has begun, else the newest unfinished one", () => {
    const before = process.cwd();
    process.chdir(folder());
    try {
      const run = (name: string, options: { finished: boolean; report?: boolean; begun?: boolean }) => {
        const path = writeRunFolder(join("runs", "svhn-c", name), options);
        if (options.report) writeFileSync(join(path, "report.html"), "");
        if (options.begun) mkdirSync(join(path, "checkpoint"));
        return path;
      };
      run("1", { finished: true, report: true, begun: true });
      expect(() => runToResume("svhn-c", undefined)).toThrow(/no unfinished run of svhn-c/);
      const early = run("2", { finished: false });
      expect(runToResume("svhn-c", undefined)).toBe(early);
      const begun = run("3", { finished: false, begun: true });
      run("4", { finished: false });
      expect(runToResume("svhn-c", undefined)).toBe(begun);
      const withoutReport = run("5", { finished: true, begun: true });
      expect(runToResume("svhn-c", undefined)).toBe(withoutReport);
    } finally {
      process.chdir(before);
    }
  });
});

describe("the way on", () => {
  const ways = { resume: "npm run train -- svhn-c --resume", again: "npm run train -- svhn-c --seed 1" };
  const shown = (error: unknown) => (withWayOn(error, ways, folder(), { adapter: "auto" }) as Error).message;

  it("is said where the run was interrupted or the disk took nothing, and nowhere else", () => {
    const full = Object.assign(new Error("no space"), { code: "ENOSPC" });
    writeFileSync(join(folder(), "config.json"), "{}");
    expect(shown(new InterruptedError("Stopped."))).toBe(
      `Stopped. Continue with: npm run train -- svhn-c --resume --out ${folder()}`,
    );
    expect(shown(new FileError("Full.", { cause: full }))).toMatch(/^Full\. Continue with: .*--resume --out/);
    expect(shown(new FileError("x.safetensors is truncated."))).toBe("x.safetensors is truncated.");
    expect(shown(new Error("a defect"))).toBe("a defect");
  });

  it("begins again where there is nothing to resume yet", () => {
    expect(shown(new InterruptedError("Stopped."))).toMatch(/svhn-c --seed 1 --out/);
    const readOnly = Object.assign(new Error("read-only"), { code: "EROFS" });
    expect(shown(new FileError("Cannot write.", { cause: readOnly }))).toBe("Cannot write.");
  });
});

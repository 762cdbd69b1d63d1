/** @file A run of the command line in the lab: with its own epochs, batch, images and rate, to its own bits; and what cannot be opened. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadDataset } from "../../../datasets/sources/load-dataset.ts";
import { findExperiment } from "../../../experiments/registry.ts";
import { readPageSettings } from "../../../runner/lab/page-run.ts";
import { labCommand, linkToRun } from "../../../runner/lab/run-link.ts";
import { startLabServer } from "../../../runner/lab/server.ts";
import { experiments } from "../../../web/worker/experiments.ts";
import { Lab } from "../../../web/worker/lab.ts";
import type { LabEvent } from "../../../web/worker/protocol.ts";
import { writeRunFolder } from "../support/run-folder.ts";

const root = join(import.meta.dirname, "../../..");
const temporary = mkdtempSync(join(tmpdir(), "wgrad-page-run-"));
const folder = (name: string) => join(temporary, name);
afterAll(() => rmSync(temporary, { recursive: true }));

const hashOf = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");

describe("a run that was made with other settings than its profile's", () => {
  const data = folder("data");
  const [run, longer] = [folder("run"), folder("longer")];
  const here = process.cwd();

  beforeAll(() => {
    for (const name of ["data", "page"]) mkdirSync(folder(name));
    for (const [out, epochs] of [
      [run, 2],
      [longer, 3],
    ] as const) {
      const options =
        "--profile quick --limit 64 --test-limit 16 --batch 16 --seed 5 --no-shuffle --set lr=0.02";
      const words = [
        "train",
        "svhn-c",
        ...options.split(" "),
        "--epochs",
        `${epochs}`,
        "--data",
        data,
        "--out",
        out,
      ];
      execFileSync(process.execPath, ["cli/wgrad.mjs", ...words], { cwd: root, stdio: "ignore" });
    }
    process.chdir(folder("page")); // where the browser's own file system would be
  });
  afterAll(() => process.chdir(here));

  async function opened(from: string, visit: (lab: Lab, events: readonly LabEvent[]) => Promise<void>) {
    const link = await linkToRun(from, findExperiment);
    const server = await startLabServer({
      page: root,
      port: 0,
      load: (id, seed) => loadDataset(id, { data, seed, synthetic: true }),
      run: link,
    });
    const lab = new Lab(experiments);
    const events: LabEvent[] = [];
    try {
      const choice = { experiment: "svhn-c", profile: "quick", seed: 5 } as const;
      expect(new URLSearchParams(link.query).get("seed")).toBe("5");
      await new Promise<void>((resolve) => {
        void lab.start(choice, { afresh: false, run: true, page: server.address }, (event) => {
          events.push(event);
          if (event.kind === "state" && ["done", "failed", "paused"].includes(event.state)) resolve();
        });
      });
      await visit(lab, events);
    } finally {
      await lab.close();
      await server.close();
    }
  }

  it("is at its last step in the lab, by its own numbers and to its own bits", async () => {
    await opened(run, async (lab, events) => {
      const [facts] = events.flatMap((event) => (event.kind === "opened" ? [event.opened] : []));
      expect(facts).toMatchObject({ epochs: 2, batchSize: 16, stepsPerEpoch: 4, step: 8 });
      expect(facts!.data).toMatchObject({ train: 64, test: 16 });
      expect(hashOf((await lab.saveWeights())!)).toBe(hashOf(join(run, "weights.safetensors")));
      const update = (await lab.explain("dense_2/bias[0]"))!.update!;
      expect(update.letters).toContain("learning_rate");
      expect(update.numbers).toContain("0.02");
    });
  });

  it("goes on in the lab to the bits of a longer run", async () => {
    const copy = folder("copy");
    cpSync(run, copy, { recursive: true });
    cpSync(join(longer, "config.json"), join(copy, "config.json"));
    await opened(copy, async (lab, events) => {
      expect(events.filter(({ kind }) => kind === "epoch")).toHaveLength(1);
      expect(hashOf((await lab.saveWeights())!)).toBe(hashOf(join(longer, "weights.safetensors")));
    });
  });

  it("has a report that says how to open it", () => {
    const report = readFileSync(join(run, "report.html"), "utf8");
    expect(report).toContain("Open it in the lab");
    expect(report).toContain(`lab --run ${run}`);
  });
});

describe("a link to a run", () => {
  it("names what the lab's page does not have", async () => {
    const refused = async (content: Parameters<typeof writeRunFolder>[1], name: string) => {
      const path = writeRunFolder(folder(name), content);
      expect(await labCommand(path, findExperiment)).toBeUndefined();
      return linkToRun(path, findExperiment);
    };
    const complete = { testLimit: null, shuffle: true, eager: false, literal: false };
    await expect(refused({ settings: complete }, "empty")).rejects.toThrow("has no checkpoint");
    await expect(refused({ experiment: "svhn-i", settings: complete }, "extra")).rejects.toThrow(
      "the lab's page cannot train svhn-i",
    );
    await expect(refused({ experiment: "ae-a", settings: complete }, "study")).rejects.toThrow(
      "cannot train ae-a",
    );
    await expect(refused({ settings: { ...complete, precision: "mixed" } }, "mixed")).rejects.toThrow(
      "--precision",
    );
  });

  it("takes nothing for settings that are none", () => {
    const settings = {
      ...{ epochs: 2, batch: 16, limit: null, testLimit: 16 },
      ...{ shuffle: true, literal: false, changes: {} },
    };
    expect(readPageSettings(settings)).toEqual(settings);
    const wrong = [
      null,
      "<html>",
      [],
      {},
      { ...settings, epochs: 0 },
      { ...settings, limit: -1 },
      { ...settings, changes: null },
    ];
    for (const sent of wrong) expect(() => readPageSettings(sent)).toThrow("settings of the run are none");
  });
});

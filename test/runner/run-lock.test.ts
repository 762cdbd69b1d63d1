import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FileError, UsageError } from "../../engine/errors.ts";
import { writeFileAtomically } from "../../engine/platform/node/files.ts";
import { whileLocked } from "../../runner/store/run-lock.ts";
import { runTrainingExperiment } from "../../runner/training/train-run.ts";
import { useTemporaryFolder } from "../datasets/support/temporary-folder.ts";
import { useEngine } from "../support/engine.ts";
import { quickSettings } from "./studies/support/run-study.ts";
import { tinySurroundings, tinyTraining } from "./support/tiny-training.ts";

const folder = useTemporaryFolder();
const nobody = 4_194_304; // above the largest number that a process may have
const lines = () => readdirSync(folder()).sort();
const touch = (name: string) => writeFileSync(join(folder(), name), "");

describe("whileLocked", () => {
  it("holds a lock as long as it runs, whatever comes of it", async () => {
    const during = await whileLocked(folder(), async () => lines());
    expect(during).toEqual([expect.stringMatching(new RegExp(`^writing\\.${process.pid}\\.\\d+\\.lock$`))]);
    expect(lines()).toEqual([]);
    const failing = () => Promise.reject(new FileError("x"));
    await expect(whileLocked(folder(), failing)).rejects.toThrow("x");
    expect(lines()).toEqual([]);
  });

  it("refuses while another process lives, and says which; leaves its lock and its files", async () => {
    touch("config.json");
    touch(`writing.${process.ppid}.0.lock`);
    touch(`weights.safetensors.${process.ppid}.tmp`);
    const before = lines();
    const call = whileLocked(folder(), async () => "ran");
    await expect(call).rejects.toThrow(UsageError);
    await expect(call).rejects.toThrow(`Process ${process.ppid} is writing in `);
    expect(lines()).toEqual(before);
  });

  it("takes over from a process that has ended, and from one whose number another has now", async () => {
    touch(`writing.${nobody}.7.lock`);
    if (existsSync("/proc/self/stat")) touch(`writing.${process.ppid}.7.lock`); // ours began later than tick 7
    expect(await whileLocked(folder(), async () => lines())).toHaveLength(1);
  });

  it("removes what killed processes left half written in a run, and nothing else", async () => {
    mkdirSync(join(folder(), "checkpoint"));
    const kept = ["config.json", `history.json.${process.ppid}.tmp`, "notes.tmp", "figures.12.tmpl"];
    for (const name of [...kept, `report.html.${nobody}.tmp`, `checkpoint/a.safetensors.${nobody}.tmp`])
      touch(name);
    await whileLocked(folder(), async () => {});
    expect(lines()).toEqual(["checkpoint", ...kept].sort());
    expect(readdirSync(join(folder(), "checkpoint"))).toEqual([]);
  });

  it("looks no further than its own files in a folder that is no run", async () => {
    mkdirSync(join(folder(), "letters"));
    const kept = [`thesis.${nobody}.tmp`, `letters/config.json.${nobody}.tmp`];
    for (const name of [...kept, `config.json.${nobody}.tmp`]) touch(name);
    await whileLocked(folder(), async () => {});
    expect(lines()).toEqual(["letters", `thesis.${nobody}.tmp`]);
    expect(readdirSync(join(folder(), "letters"))).toHaveLength(1);
  });
});

describe("a run folder that goes away while training", () => {
  const engine = useEngine();
  /** Trains two epochs; `happens` after the first, before the checkpoint is written. */
  const train = (happens: (run: string) => void) => {
    const run = join(folder(), "run");
    const callbacks = () => [
      { name: "accident", onEpochEnd: (epoch: number) => epoch === 0 && happens(run) },
    ];
    const experiment = { ...tinyTraining, callbacks } as typeof tinyTraining;
    const context = { ...tinySurroundings(engine()), experiment, settings: quickSettings, folder: run };
    mkdirSync(run);
    return whileLocked(run, () => runTrainingExperiment(context));
  };

  it("deleted: everything that is written after that is there, and says what it is", async () => {
    const result = await train((run) => rmSync(run, { recursive: true }));
    const files = ["config.json", "history.json", "report.html", "result.json", "weights.safetensors"];
    expect(readdirSync(join(folder(), "run")).sort()).toEqual([...files, "checkpoint", "figures"].sort());
    const read = (name: string) => JSON.parse(readFileSync(join(folder(), "run", name), "utf8"));
    expect(read("config.json")).toMatchObject({ experiment: "tiny", settings: quickSettings });
    expect(read("result.json")).toEqual(JSON.parse(JSON.stringify(result)));
    expect(read("history.json").epoch).toEqual([1, 2]);
  });

  it("replaced by a file: an error for people", async () => {
    const training = train((run) => {
      rmSync(run, { recursive: true });
      writeFileAtomically(run, "a file");
    });
    await expect(training).rejects.toThrow(FileError);
    await expect(training).rejects.toThrow(/run\/checkpoint/);
  });
});

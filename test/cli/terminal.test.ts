/** @file A terminal that goes away, signals, and two processes in one folder. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adapter, fail, type Running, runCli, stackTrace, start, startCli, untilExists } from "./run.ts";
import { writeDigitFiles } from "./support/street-digit-files.ts";
import { checkpointPosition } from "./support/weights-file.ts";

const folder = mkdtempSync(join(tmpdir(), "wgrad-terminal-"));
const data = join(folder, "data");
const project = fileURLToPath(new URL("../..", import.meta.url));
const full = "/dev/full"; // every write fails as on a full disk
const written = ["checkpoint", "config.json", "figures", "history.json"];
const finished = [...written, "report.html", "result.json", "weights.safetensors"];

beforeAll(() => writeDigitFiles(data, { train: 20, test: 12 }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (out: string, ...path: string[]) => join(folder, out, ...path);
const checkpoint = (out: string) => at(out, "checkpoint", "training.safetensors");

function words(out: string, epochs: number, ...more: string[]): string[] {
  const settings = ["--data", data, "--batch", "5", "--profile", "quick", "--adapter", adapter];
  return ["train", "svhn-c", ...settings, "--epochs", `${epochs}`, "--out", at(out), ...more];
}

/** A run that would go on for long, once its first checkpoint is there. */
async function longRun(out: string): Promise<Running> {
  const running = startCli(words(out, 100_000));
  await untilExists(checkpoint(out), running);
  return running;
}

describe("standard output that nobody takes", () => {
  it("a reader that goes away: training comes to its end", async () => {
    const { child, finished: end } = startCli(words("head", 2));
    child.stdout!.once("data", () => child.stdout!.destroy());
    expect(await end).toMatchObject({ code: 0, stderr: "" });
    expect(readdirSync(at("head")).sort()).toEqual(finished);
  });

  it.skipIf(!existsSync(full))(
    "a full disk: the same; but what should have been printed is missing",
    async () => {
      expect(await runCli(words("full", 1), { stdout: full })).toMatchObject({ code: 0, stderr: "" });
      expect(readdirSync(at("full")).sort()).toEqual(finished);
      await fail(["list", "--json"], 1, /Standard output is not complete: the disk is full/, {
        stdout: full,
      });
      await fail(["--help"], 1, /Standard output is not complete/, { stdout: full });
    },
  );

  it("`list | head` ends quietly", async () => {
    const { child, finished: end } = startCli(["list"]);
    child.stdout!.destroy();
    expect(await end).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("a signal", () => {
  it.each(["SIGTERM", "SIGHUP"] as const)("%s saves and ends with 130, as Ctrl-C does", async (signal) => {
    const { child, finished: end } = await longRun(signal);
    child.kill(signal);
    const { code, stderr } = await end;
    expect(code, stderr).toBe(130);
    expect(stderr).toMatch(/Interrupted in epoch \d+ .*Continue with: .*train (?:-- )?svhn-c --resume --out/);
    expect(checkpointPosition(checkpoint(signal)).step).toBeGreaterThan(0);
    expect(readdirSync(at(signal)).filter((name) => !written.includes(name))).toEqual([]);
  });

  it("the second one ends at once, and leaves a folder to go on in", async () => {
    const running = await longRun("twice");
    running.child.kill("SIGHUP");
    running.child.kill("SIGTERM");
    const { code, signal, stderr } = await running.finished;
    expect(code).toBeNull();
    expect(["SIGHUP", "SIGTERM"]).toContain(signal); // sent within microseconds, either may be the second
    expect(stderr).not.toMatch(stackTrace);
    const { epoch } = checkpointPosition(checkpoint("twice"));
    expect(await runCli(words("twice", epoch + 1, "--resume"))).toMatchObject({ code: 0 });
  });

  it("through npm: killed, it leaves no orphan but a checkpoint", async () => {
    const npm = start("npm", ["run", "-s", "train", "--", ...words("npm", 100_000).slice(1)], {
      cwd: project,
    });
    await untilExists(checkpoint("npm"), npm);
    const pid = Number(/writing\.(\d+)/.exec(readdirSync(at("npm")).join())![1]);
    npm.child.kill("SIGKILL");
    const { code, stderr } = await npm.finished; // its pipes are ours: this waits for the orphan, too
    expect(code).toBeNull();
    expect(stderr).toMatch(/Interrupted in epoch \d+/);
    expect(existsSync(at("npm", `writing.${pid}.lock`))).toBe(false);
  });
});

describe("one folder", () => {
  it("belongs to one process at a time, and to the next one if that was killed", async () => {
    const running = await longRun("locked");
    await fail(words("locked", 9, "--resume"), 2, /Process \d+ is writing in .*locked/);
    running.child.kill("SIGKILL");
    await running.finished;
    writeFileSync(at("locked", "checkpoint", "training.safetensors.4194304.tmp"), "half"); // no such process
    const { epoch } = checkpointPosition(checkpoint("locked"));
    expect(await runCli(words("locked", epoch + 1, "--resume"))).toMatchObject({ code: 0 });
    expect(readdirSync(at("locked")).sort()).toEqual(finished);
    expect(readdirSync(at("locked", "checkpoint"))).toEqual(["training.safetensors"]);
  });
});

/** @file The same seed gives the same bytes, whatever happens on the way. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../../runner/store/run-folder.ts";
import { adapter, fail, startCli, succeed, untilExists } from "./run.ts";
import { writeDigitFiles } from "./support/street-digit-files.ts";
import { checkpointPosition } from "./support/weights-file.ts";

const folder = mkdtempSync(join(tmpdir(), "wgrad-cli-"));
const data = join(folder, "data");
const epochs = 3;

/** 4 batches per epoch; the smaller network everywhere. */
function train(out: string, ...more: string[]): string[] {
  const settings = ["--data", data, "--batch", "5", "--profile", "quick", "--adapter", adapter];
  return ["train", "svhn-c", ...settings, "--out", join(folder, out), ...more];
}

const resume = (out: string, upTo: number) => [
  ...["train", "svhn-c", "--resume", "--adapter", adapter],
  ...["--out", join(folder, out), "--epochs", `${upTo}`],
];
const bytes = (out: string) => readFileSync(join(folder, out, "weights.safetensors"));
const config = (out: string) => readConfig(join(folder, out));
const checkpoint = (out: string) => join(folder, out, "checkpoint", "training.safetensors");

/** The weights of an uninterrupted run. */
async function uninterrupted(upTo: number): Promise<Buffer> {
  if (upTo === epochs) return bytes("base");
  await succeed(train(`base-${upTo}`, "--epochs", `${upTo}`));
  return bytes(`base-${upTo}`);
}

/** Starts a run that would go on for long and returns once its first checkpoint is there. */
async function startLongRun(out: string, ...more: string[]) {
  const running = startCli(train(out, "--epochs", "1000", ...more));
  await untilExists(checkpoint(out), running);
  return running;
}

beforeAll(async () => {
  writeDigitFiles(data, { train: 20, test: 12 });
  await succeed(train("base", "--epochs", `${epochs}`));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("weights.safetensors", () => {
  it("is the same in a second run, which runs every step anew", async () => {
    await succeed(train("eager", "--epochs", `${epochs}`, "--eager"));
    expect(bytes("eager").equals(bytes("base"))).toBe(true);
  });

  it("is the same with --recompute and within --memory-limit; what does not fit is said before training", async () => {
    const { stdout, stderr } = await succeed(
      train("recomputed", "--epochs", `${epochs}`, "--recompute", "--memory-limit", "8 MB"),
    );
    // a network of two convolutions: nothing that could be given up is there at the fullest moment
    expect(stdout + stderr).toMatch(
      /memory: +\S+ MB on the GPU while training; computing activations again would not/,
    );
    expect(bytes("recomputed").equals(bytes("base"))).toBe(true);
    expect(config("recomputed").command).toContain("--recompute");
    const result = JSON.parse(readFileSync(join(folder, "recomputed", "result.json"), "utf8"));
    expect(result.peak_bytes).toBeLessThanOrEqual(8e6);
    await fail(train("small", "--memory-limit", "1MB"), 1, /memoryLimit of 1 MB/);
    await fail(train("small", "--memory-limit", "4"), 2, /a size with its unit: 4GB/);
    await fail(["train", "svhn-a", "--recompute"], 2, /--recompute: svhn-a trains no network/);
  });

  it("is the same in a second run, and not with another seed", async () => {
    await succeed(train("again", "--epochs", `${epochs}`));
    expect(bytes("again").equals(bytes("base"))).toBe(true);
    await succeed(train("seed", "--epochs", `${epochs}`, "--seed", "2"));
    expect(bytes("seed").equals(bytes("base"))).toBe(false);
  });
});

describe("kill -9", () => {
  it("right after a checkpoint; then the disk is full; then the same bytes as without all that", async () => {
    const { child, finished } = await startLongRun("killed");
    child.kill("SIGKILL");
    expect(await finished).toMatchObject({ code: null });
    const { started } = config("killed");
    const saved = readFileSync(checkpoint("killed"));
    const upTo = Math.max(epochs, checkpointPosition(checkpoint("killed")).epoch + 1);

    expect(saved.length, "more than the 200 kB that the next run may write").toBeGreaterThan(205_000);
    const message = await fail(resume("killed", upTo), 1, /Cannot write .*training\.safetensors/, {
      largestFile: 200,
    });
    expect(message).toMatch(/too large.*Continue with: .*train (?:-- )?svhn-c --resume --out/s);
    expect(readFileSync(checkpoint("killed")).equals(saved), "the old checkpoint").toBe(true);

    await succeed(resume("killed", upTo));
    expect(config("killed").started).toBe(started);
    expect(config("killed").resumed, "twice, the first time in vain").toHaveLength(2);
    expect(bytes("killed").equals(await uninterrupted(upTo))).toBe(true);
    const history = JSON.parse(readFileSync(join(folder, "killed", "history.json"), "utf8"));
    expect(history.epoch).toEqual(Array.from({ length: upTo }, (_, i) => i + 1));
  });

  it("in the middle of an epoch", async () => {
    const { child, finished } = await startLongRun("torn");
    await new Promise((done) => setTimeout(done, 300));
    child.kill("SIGKILL");
    await finished;
    const upTo = Math.max(epochs, checkpointPosition(checkpoint("torn")).epoch + 1);
    await succeed(resume("torn", upTo));
    expect(bytes("torn").equals(await uninterrupted(upTo))).toBe(true);
  });

  it("before the first checkpoint: the run starts again", async () => {
    const running = startCli(train("early", "--epochs", `${epochs}`));
    await untilExists(join(folder, "early", "config.json"), running);
    running.child.kill("SIGKILL");
    await running.finished;
    await succeed(resume("early", epochs));
    expect(bytes("early").equals(bytes("base"))).toBe(true);
  });
});

describe("a run that was killed while its report was written", () => {
  it("is what --resume goes on with, not the finished one after it: to the same figures", async () => {
    const runs = join(folder, "runs", "svhn-c");
    const cwd = folder;
    mkdirSync(runs, { recursive: true });
    for (const name of ["2026-01-01T00-00-00", "2026-01-02T00-00-00"])
      cpSync(join(folder, "base"), join(runs, name), { recursive: true });
    const killed = join(runs, "2026-01-01T00-00-00");
    rmSync(join(killed, "report.html"));
    writeFileSync(join(killed, "report.html.4194304.tmp"), "<html>"); // no process has that number
    const measured = (run: string) => {
      const {
        seconds: _,
        epoch_seconds: __,
        ...rest
      } = JSON.parse(readFileSync(join(run, "result.json"), "utf8")).measured;
      return rest;
    };
    await succeed(["train", "svhn-c", "--resume", "--adapter", adapter], { cwd });
    expect(readdirSync(killed).sort()).toEqual(readdirSync(join(folder, "base")).sort());
    expect(measured(killed)).toEqual(measured(join(folder, "base")));
    await fail(["train", "svhn-c", "--resume", "--adapter", adapter], 2, /no unfinished run/, { cwd });
  });
});

describe("Ctrl-C", () => {
  it("saves within the epoch, ends with 130 and says how to go on: to the same bytes", async () => {
    const { child, finished } = await startLongRun("stopped", "--batch", "2");
    child.kill("SIGINT");
    const { code, stdout, stderr } = await finished;
    expect(code, stderr).toBe(130);
    expect(stdout).toContain("stopping after this step");
    expect(stderr).toMatch(/Interrupted in epoch \d+ after \d+ of 10 batches/); // 20 images, 2 at a time
    const { epoch, batch, step } = checkpointPosition(checkpoint("stopped"));
    expect(batch).toBeGreaterThan(0);
    expect(step).toBe(epoch * 10 + batch);

    const tooEarly = ["train", "svhn-c", "--resume", "--adapter", adapter, "--out", join(folder, "stopped")];
    await fail([...tooEarly, "--epochs", `${epoch}`], 2, /epoch \d+ has begun, so the run cannot end after/);

    const command = /Continue with: .*?train (?:-- )?(.+)/.exec(stderr)![1]!;
    await succeed(["train", ...command.split(" "), "--epochs", `${epoch + 1}`]);
    await succeed(train("whole", "--epochs", `${epoch + 1}`, "--batch", "2"));
    expect(bytes("stopped").equals(bytes("whole"))).toBe(true);
  });
});

describe("--resume refuses", () => {
  it("another experiment, and other images than before", async () => {
    const out = ["--resume", "--adapter", adapter, "--out", join(folder, "base")];
    await fail(["train", "svhn-b", ...out], 2, /is a run of svhn-c, not of svhn-b/);
    const other = join(folder, "other-data");
    writeDigitFiles(other, { train: 19, test: 12 });
    await fail(["train", "svhn-c", ...out, "--data", other], 2, /images are not those the run began with/);
  });

  it("what was typed; defaults and what the run is anyway do not count", async () => {
    await fail(
      [...resume("base", epochs), "--seed", "1", "--batch", "4"],
      2,
      /began with --batch 5 and goes/,
    );
  });

  it("a sweep that is not there, instead of beginning another one", async () => {
    const words = ["train", "svhn-d", "--resume", "--data", data, "--profile", "quick", "--adapter", adapter];
    await fail(words, 2, /there is no sweep of svhn-d with these settings/, { cwd: folder });
  });

  it("a damaged checkpoint", async () => {
    execFileSync("cp", ["-r", join(folder, "base"), join(folder, "damaged")]);
    execFileSync("truncate", ["-s", "-100", checkpoint("damaged")]);
    await fail(resume("damaged", epochs + 1), 1, /training\.safetensors.* truncated/);
  });
});

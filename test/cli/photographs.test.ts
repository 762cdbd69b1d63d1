/** @file --data-set folder on the command line: trained, streamed, resumed, evaluated; broken, empty and changed folders. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adapter, fail, startCli, succeed, untilExists } from "./run.ts";

const cwd = mkdtempSync(join(tmpdir(), "wgrad-photographs-cli-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));
const birds = join(cwd, "birds");

const experiment = `
import { adam, Dense, defineExperiment, Flatten, Input, sequential } from "wgrad/experiment";
const samples = { x: new Uint8Array(2 * 192), shape: [2, 8, 8, 3], y: [0, 1] };
export default defineExperiment({
  title: "Birds",
  dataset: () => ({ train: samples, test: samples, classes: ["dark", "light"] }),
  network: () => sequential([Input([8, 8, 3]), Flatten(), Dense(2, { activation: "softmax" })]),
  optimizer: () => adam({ learningRate: 0.01 }),
  loss: "categorical_crossentropy",
  metrics: ["accuracy"],
  epochs: 2,
  batch: 4,
});
`;

beforeAll(async () => {
  writeFileSync(join(cwd, "package.json"), '{ "type": "module" }');
  writeFileSync(join(cwd, "birds.ts"), experiment);
  for (let i = 0; i < 24; i++) {
    const parent = join(birds, i % 2 ? "light" : "dark");
    mkdirSync(parent, { recursive: true });
    const noise = { type: "gaussian", mean: i % 2 ? 200 : 60, sigma: 30 } as const;
    const picture = sharp({ create: { width: 12, height: 10, channels: 3, background: "black", noise } });
    writeFileSync(join(parent, `${i}.jpg`), await picture.jpeg().toBuffer());
  }
});

const train = (folder: string, out: string, ...words: string[]) => [
  ...["train", "./birds.ts", "--data-set", "folder", folder, "--out", out],
  ...["--data", join(cwd, "data"), "--adapter", adapter, ...words],
];
const resume = (out: string, ...words: string[]) => [
  ...["train", "./birds.ts", "--resume", "--out", out, "--data", join(cwd, "data"), "--adapter", adapter],
  ...words,
];
const json = (...path: string[]) => JSON.parse(readFileSync(join(cwd, ...path), "utf8"));
const weightsOf = (run: string) => readFileSync(join(cwd, run, "weights.safetensors"));

describe("--data-set folder", () => {
  it("is trained in memory or streamed to the same weights, resumed and evaluated", async () => {
    const { stdout } = await succeed(train(birds, "whole"), { cwd });
    expect(stdout).toContain("photographs in");
    const streamed = await succeed(train(birds, "streamed", "--stream", "--epochs", "1"), { cwd });
    expect(streamed.stdout).toContain("of photographs stay on disk");
    await succeed(resume("streamed", "--stream", "--epochs", "2"), { cwd });
    expect(weightsOf("streamed")).toEqual(weightsOf("whole"));
    for (const run of ["whole", "streamed"])
      expect(json(run, "result.json")).toMatchObject({ dataset: { train: 20, test: 4 } });
    const { measured } = json("streamed", "result.json");
    expect(measured.test_loss).toBe(json("whole", "result.json").measured.test_loss);
    expect(json("streamed", "config.json").dataset).toEqual(json("whole", "config.json").dataset);
    const evaluated = await succeed(["evaluate", "streamed", "--json", "--adapter", adapter], { cwd });
    expect(JSON.parse(evaluated.stdout)).toMatchObject({ set: "test", images: 4, origin: "own" });
    expect(JSON.parse(evaluated.stdout).loss).toBeCloseTo(measured.test_loss, 6);
    expect(readFileSync(join(cwd, "streamed", "report.html"), "utf8")).toContain("Confusion matrix");
    expect(readdirSync(join(cwd, "data", "image-folders"))).toHaveLength(1);
  });

  it("names a broken file and ends with 1; --skip-broken leaves it out, also when it is resumed and streamed", async () => {
    const folder = join(cwd, "broken");
    cpSync(birds, folder, { recursive: true });
    const cut = join(folder, "dark", "0.jpg");
    writeFileSync(cut, readFileSync(cut).subarray(0, 300));
    for (const words of [[], ["--stream"]]) {
      const told = await fail(train(folder, `refused${words.length}`, ...words), 1, /--skip-broken/, { cwd });
      expect(told).toContain(cut);
    }
    const run = train(folder, "skipped", "--skip-broken", "--stream", "--epochs", "1");
    const { stdout } = await succeed(run, { cwd });
    expect(stdout).toContain(`left out: ${cut}`);
    await succeed(resume("skipped", "--epochs", "2"), { cwd });
    await succeed(train(folder, "skipped-2", "--skip-broken"), { cwd });
    expect(weightsOf("skipped")).toEqual(weightsOf("skipped-2"));
    expect(json("skipped", "config.json").dataset.note).toContain("1 broken files are left out");
  });

  it("goes on from Ctrl-C to the same weights, and leaves no half cache", async () => {
    const folder = join(cwd, "interrupted");
    cpSync(birds, folder, { recursive: true });
    const running = startCli(train(folder, "cut", "--stream", "--epochs", "3000"), { cwd });
    await untilExists(join(cwd, "cut", "history.json"), running);
    running.child.kill("SIGINT");
    expect(await running.finished).toMatchObject({ code: 130 });
    expect(readdirSync(join(cwd, "data", "image-folders")).filter((name) => name.endsWith(".tmp"))).toEqual(
      [],
    );
    const { epoch } = json("cut", "history.json") as { epoch: number[] };
    const epochs = String(epoch.length + 2);
    await succeed(resume("cut", "--epochs", epochs), { cwd });
    await succeed(train(folder, "uncut", "--epochs", epochs), { cwd });
    expect(weightsOf("cut")).toEqual(weightsOf("uncut"));
  });

  it("refuses to go on with a folder that has been changed", async () => {
    const folder = join(cwd, "changing");
    cpSync(birds, folder, { recursive: true });
    await succeed(train(folder, "before", "--epochs", "1"), { cwd });
    cpSync(join(folder, "light", "1.jpg"), join(folder, "dark", "0.jpg"));
    const other = /the images are not those the run began with/;
    await fail(resume("before", "--epochs", "2"), 2, other, { cwd });
    rmSync(join(folder, "dark", "2.jpg"));
    await fail(resume("before", "--epochs", "2", "--stream"), 2, other, { cwd });
    rmSync(folder, { recursive: true });
    await fail(resume("before", "--epochs", "2"), 1, /changing.*no such file or folder/, { cwd });
    expect(existsSync(join(cwd, "before", "weights.safetensors"))).toBe(true);
  });

  it("refuses a folder without photographs, and one of another number of classes", async () => {
    mkdirSync(join(cwd, "empty"));
    await fail(train(join(cwd, "empty"), "none"), 1, /empty: there are no training images/, { cwd });
    const one = join(cwd, "one-class");
    cpSync(join(birds, "dark"), join(one, "dark"), { recursive: true });
    for (const words of [[], ["--stream"]])
      await fail(train(one, `one${words.length}`, ...words), 2, /tells 2 classes apart, .*one-class has 1/, {
        cwd,
      });
  });
});

/** @file Runs of the image experiments on a few images: augmented, held out, continued, looked at, varied. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cifar10Files, cifarRecords } from "../datasets/support/cifar-files.ts";
import { adapter, fail, startCli, succeed, until, untilExists } from "./run.ts";
import { checkpointPosition } from "./support/weights-file.ts";

const cwd = mkdtempSync(join(tmpdir(), "wgrad-images-"));
const data = join(cwd, "data");
const common = ["--data", data, "--adapter", adapter, "--profile", "quick"];
const json = (...path: string[]) => JSON.parse(readFileSync(join(cwd, ...path), "utf8"));

beforeAll(() => {
  mkdirSync(join(data, "cifar-10-batches-bin"), { recursive: true });
  for (const [name, bytes] of cifar10Files()) writeFileSync(join(data, "cifar-10-batches-bin", name), bytes);
  mkdirSync(join(data, "cifar-100-binary"));
  const records = (count: number) =>
    cifarRecords(Array.from({ length: count }, (_, i) => [i % 20, i % 25] as const));
  writeFileSync(join(data, "cifar-100-binary", "train.bin"), records(40));
  writeFileSync(join(data, "cifar-100-binary", "test.bin"), records(10));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe("cifar25-base-aug", () => {
  const train = (out: string, ...more: string[]) => [
    ...["train", "cifar25-base-aug", ...common, "--batch", "2", "--out", join(cwd, out)],
    ...more,
  ];
  const bytes = (out: string) => readFileSync(join(cwd, out, "weights.safetensors"));

  it("interrupted within an epoch, killed within a later one: the same bits, augmentation included", async () => {
    const checkpoint = join(cwd, "killed", "checkpoint", "training.safetensors");
    const resume = ["train", "cifar25-base-aug", "--resume", "--adapter", adapter];
    const goOn = (epochs: number) => [...resume, "--out", join(cwd, "killed"), "--epochs", `${epochs}`];

    const first = startCli(train("killed", "--epochs", "400"));
    await untilExists(checkpoint, first);
    first.child.kill("SIGINT");
    expect((await first.finished).code).toBe(130);
    const interrupted = checkpointPosition(checkpoint);
    expect(interrupted.batch, "of 18 in an epoch").toBeGreaterThan(0);

    const second = startCli(goOn(400));
    await until(() => checkpointPosition(checkpoint).epoch > interrupted.epoch, second);
    await new Promise((done) => setTimeout(done, 100));
    second.child.kill("SIGKILL");
    expect((await second.finished).code).toBeNull();

    const epochs = checkpointPosition(checkpoint).epoch + 2;
    await succeed(goOn(epochs));
    await succeed(train("whole", "--epochs", `${epochs}`));
    expect(bytes("killed").equals(bytes("whole"))).toBe(true);
  }, 300_000);

  it("records what was held out and what was done to the images", () => {
    expect(json("whole", "config.json").method).toEqual({
      validation: "the first 4 of 40 training images, augmented as well",
      inputs: expect.stringContaining("horizontal flip"),
      continued_from: null,
      loss: "categorical_crossentropy",
      metrics: "accuracy: categorical_accuracy",
    });
    expect(json("whole", "result.json")).toMatchObject({ dataset: { train: 36, validation: 4, test: 10 } });
    const history = json("whole", "history.json");
    for (const name of [
      "accuracy",
      "val_accuracy",
      "test_accuracy",
      "train_error",
      "val_error",
      "test_error",
    ])
      expect(history[name]?.length, name).toBe(history.epoch.length);
    const last = history.epoch.length - 1;
    expect(history.val_error[last]).toBeCloseTo(1 - history.val_accuracy[last], 12);
  });

  it("is evaluated on standardized images", async () => {
    const { stdout } = await succeed(["evaluate", join(cwd, "whole"), "--json", "--adapter", adapter]);
    const { measured } = json("whole", "result.json");
    expect(JSON.parse(stdout).loss).toBeCloseTo(measured.test_loss, 6);
  });
});

describe("cifar100-cnn-30", () => {
  it("trains cifar100-cnn first and goes on from it; cifar100-report looks at the same run", async () => {
    const { stdout } = await succeed(["train", "cifar100-cnn-30", ...common, "--epochs", "4"], { cwd });
    expect(stdout).toContain("builds on cifar100-cnn, of which there is no finished run");
    const [base] = readdirSync(join(cwd, "runs", "cifar100-cnn"));
    const [longer] = readdirSync(join(cwd, "runs", "cifar100-cnn-30"));
    const before = json("runs", "cifar100-cnn", base!, "history.json");
    const after = json("runs", "cifar100-cnn-30", longer!, "history.json");
    expect(after.epoch).toEqual([1, 2, 3, 4]); // 3 of the quick profile, and one more
    expect(after.loss.slice(0, 3)).toEqual(before.loss);
    const { method } = json("runs", "cifar100-cnn-30", longer!, "config.json");
    expect(method.continued_from).toBe(join("runs", "cifar100-cnn", base!));

    await succeed(["train", "cifar100-report", ...common], { cwd });
    expect(readdirSync(join(cwd, "runs", "cifar100-cnn"))).toEqual([base]);
    const [review] = readdirSync(join(cwd, "runs", "cifar100-report"));
    const result = json("runs", "cifar100-report", review!, "result.json");
    const { measured } = json("runs", "cifar100-cnn", base!, "result.json");
    expect(result.measured.test_loss).toBeCloseTo(measured.test_loss, 6);
    expect(result.measured.macro_f1).toBeGreaterThanOrEqual(0);
    const report = readFileSync(join(cwd, "runs", "cifar100-report", review!, "report.html"), "utf8");
    expect(report).toContain("Comparison with cifar100-nn");
  });

  it("refuses fewer epochs than it begins with", async () => {
    await fail(["train", "cifar100-cnn-30", ...common, "--epochs", "3"], 2, /which has 3 epochs/, { cwd });
  });
});

describe("sweep", () => {
  const words = ["sweep", "cifar10-b", ...common, "--epochs", "1", "--set", "lr=0.01,1e38"];

  it("ends with 1 if a trial failed; a second call runs that one only, in the same folder", async () => {
    for (const finished of [0, 1]) {
      const { child, finished: ended } = startCli(words, { cwd });
      const { code, stdout, stderr } = await ended;
      expect([code, child.signalCode]).toEqual([1, null]);
      expect(stderr).toMatch(/1 of 2 trials failed: lr=1e\+38/);
      expect(stdout.split("finished before").length - 1).toBe(finished);
    }
    const folders = readdirSync(join(cwd, "runs", "cifar10-b-sweep"));
    expect(folders.length).toBe(1);
    const result = json("runs", "cifar10-b-sweep", folders[0]!, "result.json");
    expect(result.trials.map(({ status }: { status: string }) => status)).toEqual(["done", "failed"]);
  });

  it("trains as --recompute and --memory-limit say, on photographs of one's own", async () => {
    const folder = join(cwd, "shades");
    for (let shade = 0; shade < 10; shade++) {
      const png = new PNG({ width: 8, height: 8 });
      png.data.fill(25 * shade);
      for (const set of ["train", "test"]) {
        mkdirSync(join(folder, set, `shade${shade}`), { recursive: true });
        writeFileSync(join(folder, set, `shade${shade}`, "1.png"), PNG.sync.write(png));
      }
    }
    const own = ["cifar10-b", ...common, "--epochs", "1", "--data-set", "folder", folder];
    const limits = ["--recompute", "--memory-limit", "200MB"];
    await succeed(["sweep", ...own, ...limits, "--set", "lr=0.01,0.001", "--out", "shades-sweep"], { cwd });
    await succeed(["train", ...own, "--set", "lr=0.001", "--out", "shades-run"], { cwd });
    expect(json("shades-sweep", "config.json").command).toContain("--recompute --data-set folder");
    const weights = (out: string) => readFileSync(join(cwd, out, "weights.safetensors"));
    expect(weights("shades-sweep/lr=0.001").equals(weights("shades-run"))).toBe(true);
  }, 300_000);

  it("and train explain wrong words", async () => {
    await fail(["sweep", "cifar10-b", ...common], 2, /nothing to vary/, { cwd });
    await fail(["train", "cifar10-b", ...common, "--set", "optimizer=adm"], 2, /Did you mean "adam"/, {
      cwd,
    });
    await fail(["train", "svhn-e", ...common, "--trial", "filters"], 2, /has no trial "filters"/, { cwd });
  });
});

/** @file Studies from the command line: quick runs on a few files, interruption, wrong files and wrong options. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { idxFile } from "../datasets/support/idx-writer.ts";
import { adapter, fail, startCli, succeed, untilExists } from "./run.ts";
import { writeGreyImages } from "./support/grey-image-files.ts";
import { readWeights } from "./support/weights-file.ts";

const folder = mkdtempSync(join(tmpdir(), "wgrad-studies-"));
const data = join(folder, "data");
const at = (...path: string[]) => join(folder, ...path);
const json = (...path: string[]) => JSON.parse(readFileSync(at(...path), "utf8"));
const train = (id: string, out: string, ...more: string[]) => [
  ...["train", id, "--data", data, "--profile", "quick", "--adapter", adapter, "--out", at(out)],
  ...more,
];
const [trainImages, testImages] = ["train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz"];

beforeAll(async () => {
  await writeGreyImages(data, "mnist");
  await writeGreyImages(data, "fashion-mnist");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("quick runs", () => {
  it("ae-c: neighbours on pixels and codes; the main part is what the folder holds", async () => {
    const { stdout } = await succeed(train("ae-c", "ae-c", "--epochs", "1", "--limit", "30", "--json"));
    const result = JSON.parse(stdout);
    expect(result).toEqual(json("ae-c", "result.json"));
    // 60 / 12 = 5 validate; 30 of the other 55 are used
    expect(result.dataset).toMatchObject({ train: 30, validation: 5, test: 20, origin: "other" });
    expect(Object.keys(result.parts)).toEqual(["relu-2", "relu-8", "relu-32", "relu-64"]);
    for (const key of ["pixels", "code_2", "code_8", "code_32", "code_64"]) {
      const errors = 20 * result.measured[`${key}_error`];
      expect(errors, key).toBeCloseTo(Math.round(errors), 9);
      expect(result.measured[`${key}_ms_per_prediction`], key).toBeGreaterThan(0);
    }
    const weights = readWeights(at("ae-c", "weights.safetensors"));
    expect([...weights].map(([name, { shape }]) => [name, shape])).toEqual([
      ["dense_1/kernel", [784, 32]],
      ["dense_1/bias", [32]],
      ["dense_2/kernel", [32, 784]],
      ["dense_2/bias", [784]],
    ]);
    expect(json("ae-c", "history.json").epoch).toEqual([1]);
    const figures = readdirSync(at("ae-c", "figures")).filter((name) => name.endsWith(".png"));
    expect(figures).toEqual(
      expect.arrayContaining(["test-error.png", "milliseconds-per-prediction.png", "loss.png"]),
    );
  });

  it("ae-b takes the networks of the ae-c beside it; saved halves give the same outputs", async () => {
    const { stderr } = await succeed(train("ae-b", "ae-b", "--epochs", "1", "--limit", "30", "--json"));
    expect(stderr.match(/with the same settings: loaded/g)).toHaveLength(4);
    expect(json("ae-b", "result.json").measured.loaded_difference).toBe(0);
    const saved = readdirSync(at("ae-b", "parts", "relu-32"));
    expect(saved).toEqual(expect.arrayContaining(["encoder.safetensors", "decoder.safetensors"]));
  });

  it("evaluate: every part of the ae-c, and its figures measured anew", async () => {
    const before = readdirSync(at("ae-c"), { recursive: true });
    const words = ["evaluate", at("ae-c"), "--data", data, "--adapter", adapter];
    const { stdout } = await succeed([...words, "--json"]);
    const { parts, figures, images } = JSON.parse(stdout);
    expect(images).toBe(20);
    expect(Object.keys(parts)).toEqual(["relu-2", "relu-8", "relu-32", "relu-64"]);
    expect(parts["relu-32"].measured.loss).toBeGreaterThan(0);
    const { measured } = json("ae-c", "result.json");
    expect(figures.map(({ name }: { name: string }) => name)).toEqual(Object.keys(measured));
    const seconds = (name: string) => name.endsWith("_ms_per_prediction");
    for (const { name, value, recorded } of figures) {
      expect(recorded, name).toBe(measured[name]);
      if (!seconds(name)) expect(value, name).toBe(recorded);
    }
    expect(readdirSync(at("ae-c"), { recursive: true }), "nothing is written").toEqual(before);
    await fail([...words, "--set", "train"], 2, /--set: the parts of a study are evaluated on test images/);
    rmSync(at("ae-c", "parts", "relu-8", "part.json"));
    await fail(words, 1, /parts\/relu-8 cannot be evaluated: its part\.json is missing/);
  });

  it("dae-c --literal --noise fresh trains nothing and says what is literal", async () => {
    const { stdout } = await succeed(train("dae-c", "dae-c", "--literal", "--noise", "fresh"));
    expect(stdout).toContain("literal: the listing multiplies the image by the noise");
    const { settings, command } = json("dae-c", "config.json");
    expect(settings).toMatchObject({ literal: true, noise: "fresh" });
    expect(command).toMatch(/--literal --noise fresh$/);
    const { measured, parameters } = json("dae-c", "result.json");
    expect(parameters).toBeNull();
    for (const sigma of [0.1, 0.5, 1]) {
      // 784,000 draws: the deviation's own is sigma / sqrt(2 * 784000)
      expect(Math.abs(measured[`deviation_${sigma}`] / sigma - 1), `${sigma}`).toBeLessThan(
        5 / Math.sqrt(2 * 784_000),
      );
    }
    await fail(
      ["evaluate", at("dae-c"), "--adapter", adapter],
      2,
      /dae-c trains no network: there is nothing/,
    );
  });
});

describe("Ctrl-C in a part", () => {
  it("ends with 130 and the command to go on with, for as many epochs as before", async () => {
    const running = startCli(train("tied-ae", "tied", "--epochs", "2000", "--limit", "30"));
    await untilExists(at("tied", "parts", "tied", "checkpoint", "training.safetensors"), running);
    running.child.kill("SIGINT");
    const { code, stderr } = await running.finished;
    expect(code, stderr).toBe(130);
    expect(stderr).toMatch(/Continue with: .*train (?:-- )?tied-ae --resume --out \S+tied/);
    const resume = ["train", "tied-ae", "--resume", "--adapter", adapter, "--out", at("tied")];
    await fail([...resume, "--epochs", "3"], 2, /trains several networks, each for 2000 epochs/);
    const words = ["evaluate", at("tied"), "--data", data, "--adapter", adapter];
    await fail(words, 1, /tied is not finished: it has no result\.json/);
  });
});

describe("what cannot be done is said", () => {
  it("noise where there is none, a literal run where nothing differs", async () => {
    await fail(train("ae-a", "none", "--noise", "fresh"), 2, /--noise: ae-a corrupts no images/);
    await fail(
      train("ae-a", "none", "--literal"),
      2,
      /--literal: the source of ae-a has nothing that differs/,
    );
    await fail(train("dae-a", "none", "--noise", "white"), 2, /--noise.*white.*fresh, fixed/);
  });

  it("more neighbours than images", async () => {
    await fail(
      train("ae-c", "few", "--epochs", "1", "--limit", "9"),
      1,
      /k is 10, but there are only 9 references/,
    );
  });

  it("more components than the images' rank", async () => {
    const words = train("ae-e", "rank", "--epochs", "1", "--limit", "20");
    await fail(words, 1, /32 components asked for, but the data are \[20,784\]: 1 to 20 are possible/);
  });

  it("a perplexity above the number of points", async () => {
    const words = train("ae-h", "points", "--epochs", "1", "--limit", "20");
    await fail(words, 1, /perplexity must be .* below the number of points, 20; got 30/);
  });

  it("files that are no IDX, or are cut", async () => {
    const whole = readFileSync(join(data, "mnist", trainImages!));
    const wrong = at("wrong", "mnist");
    mkdirSync(wrong, { recursive: true });
    for (const name of readdirSync(join(data, "mnist"))) {
      writeFileSync(join(wrong, name), readFileSync(join(data, "mnist", name)));
    }
    const words = ["train", "ae-c", "--data", at("wrong"), "--adapter", adapter];
    writeFileSync(join(wrong, trainImages!), whole.subarray(0, whole.length - 50));
    await fail(
      [...words, "--out", at("cut")],
      1,
      /train-images-idx3-ubyte\.gz: .*(truncated|cut|ends|damaged)/,
    );
    writeFileSync(join(wrong, trainImages!), idxFile([61, 28, 28], gunzipSync(whole).subarray(16)));
    await fail([...words, "--out", at("count")], 1, /packed in it ends after 47040 of 47824 bytes/);
    writeFileSync(
      join(wrong, trainImages!),
      idxFile([59, 28, 28], gunzipSync(whole).subarray(16, 16 + 59 * 784)),
    );
    await fail([...words, "--out", at("labels")], 1, /60 labels for the 59 images of .*train-images/);
    writeFileSync(join(wrong, trainImages!), whole);
    writeFileSync(join(wrong, testImages!), idxFile([20], new Uint8Array(20)));
    await fail(
      [...words, "--out", at("magic")],
      1,
      /t10k-images-idx3-ubyte\.gz: .*magic number is 0x00000801/,
    );
  });
});

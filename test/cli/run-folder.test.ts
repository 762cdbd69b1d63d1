/** @file What a run leaves behind, and what `evaluate` makes of it. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adapter, type Finished, fail, succeed } from "./run.ts";
import { referenceResults } from "./support/reference-network.ts";
import { writeDigitFiles } from "./support/street-digit-files.ts";
import { readWeights } from "./support/weights-file.ts";

const folder = mkdtempSync(join(tmpdir(), "wgrad-cli-"));
const [data, run] = [join(folder, "data"), join(folder, "run")];
const onAdapter = ["--adapter", adapter];
const json = (name: string) => JSON.parse(readFileSync(join(run, name), "utf8"));
const counts = { train: 20, test: 30 };
let digits: ReturnType<typeof writeDigitFiles>;
let printed: Finished;

beforeAll(async () => {
  digits = writeDigitFiles(data, counts);
  const settings = ["--epochs", "2", "--batch", "5", "--limit", "15", "--profile", "quick", "--data", data];
  const more = ["--json", "--save-initial", "--out", run];
  printed = await succeed(["train", "svhn-c", ...settings, ...onAdapter, ...more]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a run writes", () => {
  it("every file of the contract, and no other", () => {
    const contract = ["config.json", "history.json", "initial.safetensors", "report.html", "result.json"];
    expect(readdirSync(run).sort()).toEqual(
      [...contract, "weights.safetensors", "checkpoint", "figures"].sort(),
    );
    const figures = readdirSync(join(run, "figures"));
    const names = (end: string) =>
      figures.filter((name) => name.endsWith(end)).map((name) => name.slice(0, -4));
    expect(names(".svg")).toEqual(expect.arrayContaining(["loss", "error", "confusion"]));
    expect(names(".png")).toEqual(names(".svg"));
  });

  it("config.json with all that repeats it", () => {
    const file = { md5: expect.stringMatching(/^[0-9a-f]{32}$/), official: false };
    expect(json("config.json")).toMatchObject({
      experiment: "svhn-c",
      settings: { epochs: 2, batch: 5, limit: 15, seed: 1, profile: "quick" },
      adapter: { class: expect.any(String) },
      versions: { node: process.versions.node },
      dataset: {
        origin: "other",
        ...counts,
        files: [
          { ...file, count: 20 },
          { ...file, count: 30 },
        ],
      },
    });
  });

  it("history.json by Keras's names, one value per epoch", () => {
    const history = json("history.json");
    expect(history.epoch).toEqual([1, 2]);
    for (const name of ["loss", "accuracy", "val_loss", "val_accuracy", "test_error", "seconds"]) {
      expect(history[name], name).toEqual([expect.any(Number), expect.any(Number)]);
    }
  });

  it("result.json with the published figure beside the measured one", () => {
    const { measured, published, dataset } = json("result.json");
    expect(dataset).toMatchObject({ origin: "other", train: 15, test: 30 });
    expect(published).toMatchObject([{ measure: "test_accuracy", published: 0.9428 }]);
    expect(published[0].measured).toBe(measured.test_accuracy);
    expect(measured.test_accuracy).toBe(json("history.json").val_accuracy[1]);
    expect(measured.test_accuracy).toBeCloseTo(1 - measured.test_error, 6);
  });

  it("weights by Keras's names in layer order, changed by training", () => {
    const [initial, trained] = ["initial", "weights"].map((name) =>
      readWeights(join(run, `${name}.safetensors`)),
    );
    const names = ["conv2d_1", "conv2d_2", "dense_1", "dense_2"].flatMap((layer) => [
      `${layer}/kernel`,
      `${layer}/bias`,
    ]);
    expect([...trained!.keys()]).toEqual(names);
    expect([...initial!.keys()]).toEqual(names);
    expect(trained!.get("conv2d_1/kernel")!.shape).toEqual([5, 5, 3, 8]);
    for (const name of names)
      expect(trained!.get(name)!.values, name).not.toEqual(initial!.get(name)!.values);
  });

  it("a report that loads nothing from elsewhere and says what the data are not", () => {
    const html = readFileSync(join(run, "report.html"), "utf8");
    expect(html).not.toMatch(/<(script|link|img)[^>]+(src|href)="(?!data:)/);
    expect(html).toContain("not the official SVHN files");
  });
});

describe("on a pipe", () => {
  it("--json prints one JSON on standard output, and lines without control characters elsewhere", () => {
    expect(JSON.parse(printed.stdout)).toEqual(json("result.json"));
    expect(printed.stderr).toMatch(/^epoch 1\/2 {2}loss \d/m);
    expect(printed.stderr).not.toContain("\r");
    expect(printed.stderr).not.toContain("\x1b");
  });
});

describe("evaluate", () => {
  it("gives the figures of result.json, and those of plain double-precision loops", async () => {
    const { stdout } = await succeed(["evaluate", run, "--json", ...onAdapter]);
    const { accuracy, loss, images } = JSON.parse(stdout);
    const { measured } = json("result.json");
    const reference = referenceResults(readWeights(join(run, "weights.safetensors")), digits.test);
    expect(images).toBe(30);
    expect(accuracy).toBeCloseTo(measured.test_accuracy, 7);
    expect(Math.round(accuracy * 30)).toBe(Math.round(reference.accuracy * 30));
    expect(accuracy).toBeCloseTo(reference.accuracy, 7);
    expect(Math.abs(loss - reference.loss)).toBeLessThan(1e-6);
    expect(Math.abs(measured.test_loss - reference.loss)).toBeLessThan(1e-6);
  });

  it("prints them for people, whatever the batch", async () => {
    const { stdout } = await succeed(["evaluate", run, "--batch", "7", ...onAdapter]);
    expect(stdout).toContain(`accuracy         ${json("result.json").measured.test_accuracy.toFixed(6)}`);
  });

  it("refuses damaged files with exit code 1", async () => {
    const damaged = join(folder, "damaged");
    cpSync(run, damaged, { recursive: true });
    truncateSync(join(damaged, "weights.safetensors"), 10_000);
    await fail(["evaluate", damaged, ...onAdapter], 1, /weights\.safetensors: .*truncated/);
    rmSync(join(damaged, "weights.safetensors"));
    await fail(["evaluate", damaged, ...onAdapter], 1, /Cannot read .*weights\.safetensors: no such file/);
    writeFileSync(join(damaged, "config.json"), '{ "experiment": "svhn-c", ');
    await fail(["evaluate", damaged], 1, /Cannot read .*config\.json/);
    writeFileSync(join(damaged, "config.json"), '{ "experiment": "svhn-c" }');
    await fail(["evaluate", damaged], 1, /config\.json is damaged/);
  });
});

describe("a folder with a run", () => {
  it("is not written over", async () => {
    await fail(["train", "svhn-c", "--out", run, ...onAdapter], 2, /holds a run already\. Add --resume/);
  });
});

/** @file Runs of transfer on a few small images, with a backbone that a test has drawn: frozen features, fine-tuning, resuming. */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findExperiment } from "../../../experiments/registry.ts";
import { GlobalAveragePooling2D, loadWeights, model } from "../../../models/index.ts";
import { cifarResnetFeatures } from "../../../models/networks/resnet-cifar.ts";
import { readSafetensors } from "../../../models/weights/safetensors.ts";
import type { TrainingExperiment } from "../../../runner/experiment.ts";
import { resolveSettings } from "../../../runner/settings.ts";
import { runTrainingExperiment } from "../../../runner/training/train-run.ts";
import { boundExperiment } from "../../../runner/transfer/bound-experiment.ts";
import { useEngine } from "../../support/engine.ts";
import { tinyDataset, tinySurroundings } from "../support/tiny-training.ts";

const engine = useEngine();
const folder = mkdtempSync(join(tmpdir(), "wgrad-transfer-"));
const data = join(folder, "data");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Weights of a backbone whose batch normalisation has seen something. */
function drawnWeights(): Map<string, Float32Array> {
  const network = cifarResnetFeatures(1);
  return new Map(
    network.weights.map(({ path, variable }, stream) => {
      const values = variable.initializer(variable.shape, { seed: 7, stream });
      return [path, path.endsWith("moving_mean") ? values.map((_, i) => 0.1 * (i % 3)) : values];
    }),
  );
}

async function run(id: string, out: string, more: { epochs?: number; resume?: boolean; seed?: number } = {}) {
  const experiment = findExperiment(id) as TrainingExperiment;
  const { epochs = 2, resume = false, seed = 1 } = more;
  const options = { profile: "quick", seed, shuffle: true, epochs, batch: 8, backbone: "cifar" } as const;
  const settings = resolveSettings(experiment, options, engine().adapter);
  const lines: string[] = [];
  const result = await runTrainingExperiment({
    ...tinySurroundings(engine(), lines),
    ...{ experiment, settings, folder: join(folder, out), data, resume, saveInitial: true },
    backbone: { name: "cifar", weights: drawnWeights(), notes: ["NOT the practical's"] },
  });
  return { result, lines, weights: readFileSync(join(folder, out, "weights.safetensors")) };
}

const json = (...path: string[]) => JSON.parse(readFileSync(join(folder, ...path), "utf8"));
const tensors = async (...path: string[]) => (await readSafetensors(join(folder, ...path))).tensors;

describe("a head on frozen features", () => {
  it("learns from what the backbone makes of the images in inference mode", async () => {
    const { result } = await run("caltech-features-2", "head");
    expect(result).toMatchObject({ backbone: "cifar", parameters: 64 * 1024 + 1024 + 1024 * 10 + 10 });
    expect([...(await tensors("head", "weights.safetensors")).keys()]).toEqual([
      ...["dense_1/kernel", "dense_1/bias", "dense_2/kernel", "dense_2/bias"],
    ]);
    const [name] = await readdir(join(data, "features"));
    const kept = (await tensors("data", "features", name!)).get("features")!;
    const network = cifarResnetFeatures(1);
    const [map] = network.outputs;
    const pooled = model({ inputs: network.inputs[0]!, outputs: GlobalAveragePooling2D().apply(map!) });
    await pooled.compile({ engine: engine(), optimizer: "sgd", loss: "mean_squared_error" });
    await loadWeights(pooled, drawnWeights());
    const { train } = tinyDataset();
    const inputs = Float32Array.from(train.images, (byte) => byte / 255);
    const expected = await pooled.predictOnBatch(inputs);
    const found = (kept.data as Float32Array).subarray(0, expected.length);
    for (const [i, value] of found.entries()) expect(value, `feature ${i}`).toBeCloseTo(expected[i]!, 4);
    pooled.dispose();
  });

  it("says in config.json which network it began with", () => {
    expect(json("head", "config.json")).toMatchObject({
      settings: { backbone: "cifar" },
      command: expect.stringContaining("--pretrain cifar"),
      method: {
        backbone: expect.stringContaining("trained on CIFAR-10"),
        backbone_note: "NOT the practical's",
      },
    });
    const report = readFileSync(join(folder, "head", "report.html"), "utf8");
    expect(report).toContain("instead of ResNet-50");
    expect(report).toContain("not comparable");
  });

  it("is given the kept features by the next run, of whatever seed, and has the same bits of the same seed", async () => {
    const [name] = await readdir(join(data, "features"));
    const before = statSync(join(data, "features", name!)).mtimeMs;
    await run("caltech-features-2", "other-seed", { seed: 2 });
    const again = await run("caltech-features-2", "again");
    expect(statSync(join(data, "features", name!)).mtimeMs).toBe(before);
    expect(again.weights.equals(readFileSync(join(folder, "head", "weights.safetensors")))).toBe(true);
  });

  it("resumed is the same as in one go", async () => {
    await run("caltech-features-3", "resumed", { epochs: 1 });
    const resumed = await run("caltech-features-3", "resumed", { epochs: 3, resume: true });
    const whole = await run("caltech-features-3", "whole", { epochs: 3 });
    expect(resumed.weights.equals(whole.weights)).toBe(true);
  });

  it("shows confused images, though the network sees none, and the curves of the other way beside its own", () => {
    const report = readFileSync(join(folder, "head", "report.html"), "utf8");
    expect(report).toContain("The most confused pairs");
    expect(report).toContain('class="picture');
    expect(report).toContain("Comparison with caltech-finetune-2");
  });
});

describe("a network trained whole", () => {
  it("begins with the backbone's weights and changes them, moving statistics too", async () => {
    const { result } = await run("caltech-finetune-1", "fine");
    const [before, after] = [
      await tensors("fine", "initial.safetensors"),
      await tensors("fine", "weights.safetensors"),
    ];
    expect(result.parameters).toBe([...before.values()].reduce((sum, { data: d }) => sum + d.length, 0));
    for (const [path, values] of drawnWeights()) {
      expect(before.get(path)!.data, path).toEqual(values);
      expect(after.get(path)!.data, path).not.toEqual(values);
    }
  });

  it("resumed is the same as in one go", async () => {
    await run("caltech-finetune-1", "fine-resumed", { epochs: 1 });
    const resumed = await run("caltech-finetune-1", "fine-resumed", { epochs: 2, resume: true });
    expect(resumed.weights.equals(readFileSync(join(folder, "fine", "weights.safetensors")))).toBe(true);
  });
});

describe("on SqueezeNet", () => {
  const bound = (id: string, changes = {}) =>
    boundExperiment(findExperiment(id) as TrainingExperiment, { backbone: "squeezenet", changes }, 10);
  const backbone = 735_424; // 1,248,424 of SqueezeNet v1.0 without conv10's 513,000

  it.each([
    ["caltech-features-1", 512 * 10 + 10],
    ["caltech-features-2", 512 * 1024 + 1024 + 1024 * 10 + 10],
    ["caltech-finetune-1", backbone + 4 * 512 + 512 * 10 + 10],
    ["caltech-finetune-conv", backbone + 4 * 512 + 9 * 512 * 64 + 64 + 64 * 1024 + 1024 + 10_250],
  ])("%s has a head of its width", (id, parameters) => {
    expect(bound(id).network("full").parameterCount).toBe(parameters);
  });

  it("fine-tuning standardizes its features by numbers that do not learn", () => {
    const frozen = bound("caltech-finetune-2")
      .network("full")
      .weights.filter(({ trainable }) => !trainable);
    expect(frozen.map(({ path }) => path)).toEqual(
      ["gamma", "beta", "moving_mean", "moving_variance"].map((name) => `standardization/${name}`),
    );
  });

  it("fine-tuning takes a smaller rate, unless one is set; the head keeps the practical's", () => {
    const rate = (id: string, changes = {}) => bound(id, changes).optimizer().config.learningRate;
    expect(rate("caltech-features-1")).toBe(0.01);
    expect(rate("caltech-finetune-1")).toBe(0.001);
    expect(rate("caltech-finetune-1", { learningRate: 0.01 })).toBe(0.01);
    const { config } = bound("caltech-finetune-1").optimizer();
    expect(config).toMatchObject({ decay: 1e-6, momentum: 0.9, nesterov: true });
  });
});

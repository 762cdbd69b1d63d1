/** @file A run's own test images, written as PNG files, get the very predictions that evaluation gets: whatever is done to them on the way. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Dataset } from "../../../datasets/dataset.ts";
import { findExperiment } from "../../../experiments/registry.ts";
import { saveWeights } from "../../../models/weights/model-weights.ts";
import { imagePng } from "../../../report/image-grid.ts";
import type { TrainingExperiment } from "../../../runner/experiment.ts";
import { ExperimentData, imagesOf } from "../../../runner/experiment-data.ts";
import { loadData } from "../../../runner/load-data.ts";
import { readPictures } from "../../../runner/predict/pictures.ts";
import { predictClasses, predictPictures } from "../../../runner/predict/predict.ts";
import { type FinishedRun, runPredictor } from "../../../runner/predict/predictor.ts";
import { type RunContext, writeConfig } from "../../../runner/run.ts";
import { imagesOnly } from "../../../runner/samples.ts";
import { resolveSettings } from "../../../runner/settings.ts";
import { readConfig } from "../../../runner/store/run-folder.ts";
import { compileOptionsOf } from "../../../runner/training/train-run.ts";
import { backbones } from "../../../runner/transfer/backbones.ts";
import { type LoadedBackbone, prepareTransfer } from "../../../runner/transfer/prepare.ts";
import { trainingVariant } from "../../../runner/variant.ts";
import { useEngine } from "../../support/engine.ts";

const engine = useEngine();
const root = mkdtempSync(join(tmpdir(), "wgrad-predict-"));
const before = process.env.WGRAD_DATA;
beforeAll(() => {
  process.env.WGRAD_DATA = join(root, "data"); // features and whitening matrices are kept there
});
afterAll(() => {
  if (before === undefined) delete process.env.WGRAD_DATA;
  else process.env.WGRAD_DATA = before;
  rmSync(root, { recursive: true, force: true });
});

const line = () => {};

/** Of a network that was not trained: its weights are drawn. */
function untrained(name: "squeezenet"): LoadedBackbone {
  const weights = backbones[name]
    .network("quick")
    .weights.map(({ path, variable: { initializer, shape } }, stream) => {
      return [path, initializer(shape, { seed: 3, stream })] as const;
    });
  return { name, weights: new Map(weights) };
}

/** A run folder of stand-in images, as if its training had ended at once. */
async function runOf(id: string, limits: { limit: number; testLimit: number }, backbone?: LoadedBackbone) {
  const experiment = findExperiment(id);
  const options = { profile: "quick", seed: 1, shuffle: true, ...limits } as const;
  const settings = resolveSettings(
    experiment,
    { ...options, ...(backbone ? { backbone: backbone.name } : {}) },
    engine().adapter,
  );
  const dataset = await loadData(experiment, { synthetic: true, seed: 1, backbone: settings.backbone });
  const folder = join(root, id);
  mkdirSync(folder);
  const context = { experiment, engine: engine(), dataset, settings, folder, started: new Date() };
  writeConfig(context as unknown as RunContext);
  const test = imagesOnly(imagesOf({ dataset, settings })).test;
  const paths = Array.from({ length: test.count }, (_, i) => join(folder, `${i}.png`));
  for (const [i, path] of paths.entries()) writeFileSync(path, imagePng(test, i));
  return { experiment, settings, dataset, folder, test, paths };
}

type Run = Awaited<ReturnType<typeof runOf>>;

/** What `wgrad evaluate` computes its figures from; saves the weights. */
async function evaluated(
  { experiment, settings, dataset, folder }: Run,
  backbone?: LoadedBackbone,
): Promise<Float32Array> {
  const variant: TrainingExperiment = trainingVariant(experiment, settings);
  const sources = {
    engine: engine(),
    dataset,
    settings,
    line,
    synthetic: true,
    ...(backbone ? { backbone } : {}),
  };
  const prepared = await prepareTransfer({ ...sources, experiment: variant, fresh: false });
  const bound = prepared?.experiment ?? variant;
  const model = bound.network(settings.profile);
  await model.compile(compileOptionsOf({ experiment: bound, engine: engine(), settings }));
  await saveWeights(model, join(folder, "weights.safetensors"));
  const data = await ExperimentData.open({
    ...sources,
    experiment: bound,
    ...(prepared ? { prepared: prepared.samples } : {}),
  });
  const outputs = await model.predict(data.testing);
  data.dispose();
  model.dispose();
  return outputs;
}

function predictorOf({ experiment, folder }: Run, backbone?: LoadedBackbone, config = readConfig(folder)) {
  const run: FinishedRun = { experiment, config, folder, engine: engine(), line, backbone };
  return runPredictor(run, undefined);
}

const read = ({ paths }: Run, predictor: Awaited<ReturnType<typeof predictorOf>>) =>
  readPictures(paths, predictor.rules, { skipBroken: false, onDecoded: () => {} });

describe.each([
  ["svhn-c", { limit: 20, testLimit: 6 }, undefined], // bytes / 255
  ["cifar25-base-zca", { limit: 40, testLimit: 5 }, undefined], // whitened by the training images
  ["caltech-features-2", { limit: 5, testLimit: 3 }, "squeezenet"], // BGR minus means, features, standardized, a head
] as const)("%s", (id, limits, name) => {
  it("predicts its test images as evaluation does, explains all of the network, and frees what it took", async () => {
    const backbone = name && untrained(name);
    const run = await runOf(id, limits, backbone);
    const expected = await evaluated(run, backbone);
    const predictor = await predictorOf(run, backbone);
    try {
      const pictures = await read(run, predictor);
      expect(pictures.images).toEqual(run.test.images);
      const { classes } = run.dataset as Dataset;
      const settings = { top: classes.length, explain: true, line };
      const found = await predictClasses(predictor, pictures, settings);
      for (const [i, { top, explained }] of found.pictures.entries()) {
        const row = expected.subarray(i * classes.length, (i + 1) * classes.length);
        expect(top.length).toBe(classes.length);
        for (const { class: each, share } of top) expect(share).toBeCloseTo(row[classes.indexOf(each)]!, 5);
        expect(explained!.class).toBe(top[0]!.class);
      }
      const { saliency, gradCam } = found.explanations!;
      const [height, width] = [run.test.height, run.test.width];
      for (const each of [saliency, gradCam!]) {
        expect([each.height, each.width]).toEqual([height, width]);
        expect(each.maps.every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
      }
      expect(saliency.maps.some((value) => value > 0)).toBe(true);
    } finally {
      predictor.dispose();
    }
  }, 600_000);
});

it("a run of before, whose config.json names no classes, gets them from its data", async () => {
  const run = await runOf("cifar10-b", { limit: 10, testLimit: 2 });
  await evaluated(run);
  const { dataset, ...config } = readConfig(run.folder);
  const { classes, samples: _, ...old } = dataset;
  const predictor = await predictorOf(run, undefined, { ...config, dataset: old });
  expect(predictor.classes).toEqual(classes);
  expect(predictor.rules).toMatchObject({ height: 32, width: 32, channels: 3, scale: 1 / 255 });
  predictor.dispose();
});

describe("studies", () => {
  async function main(id: string) {
    const run = await runOf(id, { limit: 10, testLimit: 3 });
    const { experiment, settings, folder, test } = run;
    const model = (experiment as Extract<typeof experiment, { kind: "study" }>).main!.network(
      settings.profile,
    );
    model.initialize(engine(), 4);
    await saveWeights(model, join(folder, "weights.safetensors"));
    const outputs = await model.predict({ inputs: test.images, scale: 1 / 255 });
    model.dispose();
    const predictor = await predictorOf(run);
    return { run, outputs, predictor, pictures: await read(run, predictor) };
  }

  it("classify by their main network, which takes rows of grey pixels and has no convolution", async () => {
    const { outputs, predictor, pictures, run } = await main("pretrain-b");
    expect([predictor.answers, pictures.channels]).toEqual(["classes", 1]);
    const lines: string[] = [];
    const found = await predictClasses(predictor, pictures, {
      top: 10,
      explain: true,
      line: (text) => lines.push(text),
    });
    for (const [i, { top }] of found.pictures.entries())
      for (const { class: name, share } of top)
        expect(share).toBeCloseTo(outputs[10 * i + run.dataset.classes.indexOf(name)]!, 6);
    expect(found.explanations!.saliency.maps.length).toBe(3 * 784);
    expect(found.explanations!.gradCam).toBeUndefined();
    expect(lines.join()).toMatch(/^without Grad-CAM: gradCam: the model has no convolution/);
    predictor.dispose();
  });

  it("that are autoencoders give back the picture, with its squared error", async () => {
    const { outputs, predictor, pictures, run } = await main("ae-a");
    expect(predictor.answers).toBe("pictures");
    const found = await predictPictures(predictor, pictures);
    for (const [i, { squaredError }] of found.pictures.entries()) {
      let sum = 0;
      for (let k = 784 * i; k < 784 * (i + 1); k++) sum += (outputs[k]! - run.test.images[k]! / 255) ** 2;
      expect(squaredError).toBeCloseTo(sum / 784, 6);
    }
    predictor.dispose();
  });

  it("without a network are refused", async () => {
    const run = await runOf("svhn-a", { limit: 4, testLimit: 2 }).catch((error: Error) => error);
    if (run instanceof Error) throw run;
    await expect(predictorOf(run)).rejects.toThrow(/svhn-a trains no network of its own that could predict/);
  });
});

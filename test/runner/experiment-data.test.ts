/** @file The images of a run: which are trained, validated and tested on, and what becomes of them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { shuffled } from "../../models/data/order.ts";
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { describeInputs, describeValidation, ExperimentData } from "../../runner/experiment-data.ts";
import { resolveSettings } from "../../runner/settings.ts";
import { batchesPerEpoch, streamedBatches } from "../../runner/training/streamed-batches.ts";
import { runTrainingExperiment } from "../../runner/training/train-run.ts";
import { useTemporaryFolder } from "../datasets/support/temporary-folder.ts";
import { useEngine } from "../support/engine.ts";
import { tinyDataset, tinySurroundings, tinyTraining } from "./support/tiny-training.ts";

const options = { seed: 1, profile: "quick", shuffle: true } as const;

describe("ExperimentData", () => {
  const engine = useEngine();
  const folder = useTemporaryFolder();
  const open = async (changes: Partial<TrainingExperiment>) => {
    const experiment = { ...tinyTraining, ...changes };
    const settings = resolveSettings(experiment, options, engine().adapter);
    return ExperimentData.open({ ...tinySurroundings(engine()), experiment, settings, line: () => {} });
  };

  it("holds out what the rule says", async () => {
    const last = await open({});
    expect([last.trained.length, [...last.held!]]).toEqual([18, [18, 19, 20, 21, 22, 23]]); // a quarter of 24
    const first = await open({ validation: { take: "first", fraction: 0.25 } });
    expect([...first.held!]).toEqual([0, 1, 2, 3, 4, 5]);
    const test = await open({ validation: "test" });
    expect([test.held, test.validation]).toEqual([undefined, undefined]);
    for (const data of [last, first, test]) data.dispose();
  });

  it("transforms the held-out images like test images, unless they are augmented as by Keras's generator", async () => {
    const generator = () => ({ horizontalFlip: true });
    const plain = await open({ generator });
    expect(plain.resident.transform).toBeDefined();
    expect(plain.validation!.transform).toBeUndefined();
    expect(plain.testing).not.toHaveProperty("transform");
    const augmented = await open({
      generator,
      validation: { take: "first", fraction: 0.25, augmented: true },
    });
    expect(augmented.validation!.transform).toBeDefined();
    for (const data of [plain, augmented]) data.dispose();
  });

  it("says in words what it does", () => {
    const experiment: TrainingExperiment = {
      ...tinyTraining,
      validation: { take: "first", fraction: 0.1, augmented: true },
      generator: () => ({ horizontalFlip: true, zcaWhitening: true, zcaImages: 30 }),
    };
    expect(describeValidation(experiment, 50, 1)).toBe(
      "the first 5 of 50 training images, augmented as well",
    );
    expect(describeValidation({ ...tinyTraining, validation: "test" }, 50, 1)).toBe("the test set");
    expect(describeInputs(experiment, "full")).toBe(
      "horizontal flip, ZCA whitening, whitening fitted on 30 images",
    );
    expect(describeInputs(tinyTraining, "full")).toBeUndefined();
  });

  it("keeps a whitening matrix in the data folder, and takes it from there", async () => {
    const told: string[] = [];
    const experiment: TrainingExperiment = {
      ...tinyTraining,
      generator: () => ({ zcaWhitening: true, zcaEpsilon: 0.1 }),
    };
    const settings = resolveSettings(experiment, options, engine().adapter);
    for (let i = 0; i < 2; i++) {
      const data = await ExperimentData.open({
        ...tinySurroundings(engine()),
        experiment,
        settings,
        data: folder(),
        line: (text) => told.push(text),
      });
      data.dispose();
    }
    expect(told.length).toBe(1);
    expect(told[0]).toMatch(/whitening matrix from 24 images.*zca\/cifar10-24\.safetensors/);
    expect(readFileSync(join(folder(), "zca", "cifar10-24.safetensors")).length).toBeGreaterThan(
      8 * 3072 ** 2,
    );
  });

  it("streams batches to the same weights, within an epoch too", async () => {
    const train = async (stream: boolean) => {
      const experiment: TrainingExperiment = { ...tinyTraining, validation: "test" };
      const out = join(folder(), String(stream));
      const settings = resolveSettings(experiment, options, engine().adapter);
      await runTrainingExperiment({
        ...tinySurroundings(engine()),
        experiment,
        settings,
        folder: out,
        stream,
      });
      return readFileSync(join(out, "weights.safetensors"));
    };
    expect((await train(true)).equals(await train(false))).toBe(true);
  });

  it("does not stream images that are held out or augmented", async () => {
    const settings = resolveSettings(tinyTraining, options, engine().adapter);
    const opened = ExperimentData.open({
      ...tinySurroundings(engine()),
      experiment: tinyTraining,
      settings,
      stream: true,
      line: () => {},
    });
    await expect(opened).rejects.toThrow(/--stream/);
  });
});

describe("streamedBatches", () => {
  it("are those of the shuffled order, from any batch on", () => {
    const { train } = tinyDataset();
    const from = (epoch: number, batch: number) =>
      streamedBatches(train, 10, { batch: 10, seed: 3, shuffle: true, position: { epoch, batch } });
    const all = from(0, 0);
    const first = Array.from({ length: 6 }, () => all.next().value!);
    expect(first.map(({ labels }) => (labels as Uint8Array).length)).toEqual([10, 10, 4, 10, 10, 4]);
    const order = shuffled(
      Uint32Array.from({ length: 24 }, (_, i) => i),
      3,
      1,
    );
    expect([...(first[3]!.labels as Uint8Array)]).toEqual(
      [...order.subarray(0, 10)].map((i) => train.labels[i]),
    );
    expect(from(1, 1).next().value).toEqual(first[4]);
    expect(batchesPerEpoch(24, 10)).toBe(3);
  });
});

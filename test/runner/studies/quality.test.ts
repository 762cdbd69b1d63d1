/** @file What the studies measure, against sums by hand, and what they say of data that do not suffice. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../../engine/errors.ts";
import { aeH } from "../../../experiments/autoencoders/ae-h.ts";
import { trainBasic } from "../../../experiments/autoencoders/basic.ts";
import {
  codeNeighborError,
  fitPca,
  meanImageError,
  neighborError,
  pcaQuality,
  reconstructionError,
} from "../../../experiments/autoencoders/quality.ts";
import {
  corruptedImages,
  denoised,
  noiseTransforms,
  transformedInputs,
} from "../../../experiments/denoising/noise.ts";
import type { StudyExperiment } from "../../../runner/experiment.ts";
import type { Study } from "../../../runner/study/study.ts";
import { useTemporaryFolder } from "../../datasets/support/temporary-folder.ts";
import { useEngine } from "../../support/engine.ts";
import { digits, runStudy } from "./support/run-study.ts";

const engine = useEngine();
const temporary = useTemporaryFolder();
const profile = { epochs: 1, batch: 10, description: "a test" };

/** Runs `steps` as a study of 33 synthetic digits (or `limit` of them), 3 to validate and 10 to test. */
async function inStudy(steps: (study: Study) => Promise<void>, limit: number | null = null): Promise<void> {
  const experiment: StudyExperiment = {
    id: "steps",
    kind: "study",
    title: "A test",
    source: { text: "a test", question: "1" },
    question: "",
    dataset: "mnist",
    validation: "last",
    takesNoise: true,
    published: [],
    profiles: { full: profile, quick: profile },
    run: steps,
  };
  await runStudy(engine(), experiment, await digits(36, 10), join(temporary(), "run"), { epochs: 1, limit });
}

const bytesAsFloats = ({ images }: { images: Uint8Array }) => Float64Array.from(images, (byte) => byte / 255);

describe("reconstruction error", () => {
  it("is that of plain sums over the autoencoder's outputs, and over the mean image", () =>
    inStudy(async (study) => {
      const { model } = await trainBasic(study, { code: 4 });
      const outputs = await model.predict(study.data.images("test"));
      const targets = bytesAsFloats(study.data.test);
      const error = await reconstructionError(study, model);
      const mean = (value: (t: number, p: number) => number, p: (i: number) => number) =>
        targets.reduce((sum, t, i) => sum + value(t, p(i)), 0) / targets.length;
      const entropy = (t: number, p: number) => -t * Math.log(p) - (1 - t) * Math.log(1 - p);
      expect(error.loss).toBeCloseTo(
        mean(entropy, (i) => outputs[i]!),
        5,
      );
      expect(error.mse).toBeCloseTo(
        mean(
          (t, p) => (t - p) ** 2,
          (i) => outputs[i]!,
        ),
        6,
      );
      const train = bytesAsFloats(study.data.train);
      const { count } = study.data.train;
      const average = (pixel: number) => {
        let sum = 0;
        for (let i = 0; i < count; i++) sum += train[i * 784 + pixel]!;
        return sum / count;
      };
      const averages = Array.from({ length: 784 }, (_, pixel) => average(pixel));
      expect(meanImageError(study).mse).toBeCloseTo(
        mean(
          (t, p) => (t - p) ** 2,
          (i) => averages[i % 784]!,
        ),
        9,
      );
    }));

  it("of all components is nothing, and PCA beats the mean image", () =>
    inStudy(async (study) => {
      using pca = await fitPca(study, 20);
      const few = await pcaQuality(study, pca, 2);
      const many = await pcaQuality(study, pca, 20);
      expect(many.mse).toBeLessThan(few.mse);
      expect(few.mse).toBeLessThan(meanImageError(study).mse);
    }));
});

describe("nearest neighbours", () => {
  it("of the training images among themselves: errors as counted by plain loops", () =>
    inStudy(async (study) => {
      const [train, test] = [study.data.rows("train"), study.data.rows("test")];
      const { error } = await neighborError(study, train, test);
      const distance = (a: number, b: number) => {
        let sum = 0;
        for (let p = 0; p < 784; p++) sum += (test.values[a * 784 + p]! - train.values[b * 784 + p]!) ** 2;
        return sum;
      };
      let wrong = 0;
      for (let i = 0; i < study.data.test.count; i++) {
        const near = Array.from({ length: study.data.train.count }, (_, j) => j)
          .sort((a, b) => distance(i, a) - distance(i, b) || a - b)
          .slice(0, 10);
        const votes = new Array<number>(10).fill(0);
        for (const j of near) votes[study.data.train.labels[j]!]!++;
        wrong += Number(votes.indexOf(Math.max(...votes)) !== study.data.test.labels[i]);
      }
      expect(error).toBeCloseTo(wrong / study.data.test.count, 12);
    }));

  it("need as many training images as neighbours", () =>
    inStudy(async (study) => {
      const { encoder } = await trainBasic(study, { code: 2 });
      await expect(codeNeighborError(study, encoder)).rejects.toThrow(
        /k is 10, but there are only 9 references/,
      );
    }, 9));
});

describe("data that do not suffice", () => {
  it("PCA of more components than the images' rank", () =>
    inStudy(async (study) => {
      await expect(fitPca(study, 40)).rejects.toThrow(
        /40 components asked for, but the data are \[33,784\].*1 to 33 are possible/,
      );
      await expect(fitPca(study, 33)).rejects.toThrow(/the data have rank 32/);
    }));

  it("t-SNE of fewer points than its perplexity", async () => {
    const run = runStudy(engine(), aeH, await digits(36, 20), join(temporary(), "few"), { epochs: 1 });
    await expect(run).rejects.toThrow(ArgumentError);
    await expect(run).rejects.toThrow(/perplexity must be .* below the number of points, 20; got 30/);
  });
});

describe("noise", () => {
  it("on pictures is the noise that the network sees; training, validation and test differ", () =>
    inStudy(async (study) => {
      const { train, validation, test } = noiseTransforms(study, { kind: "masking", keep: 0.5 });
      const draws = await Promise.all(
        [train, validation, test].map((transform) => corruptedImages(study, study.data.test, transform)),
      );
      expect(draws[0]!.images).not.toEqual(draws[1]!.images);
      expect(draws[1]!.images).not.toEqual(draws[2]!.images);
      const { model } = await trainBasic(study, { code: 4 });
      const { seen, made } = await denoised(study, model, study.data.test, test);
      expect(seen.images).toEqual(draws[2]!.images);
      const inputs = await transformedInputs(
        study,
        { inputs: study.data.test.images, inputShape: [784], scale: 1 / 255 },
        test,
      );
      const outputs = await model.predict({ inputs, inputShape: [784] });
      expect([...made.images]).toEqual(Array.from(outputs, (value) => Math.round(255 * value)));
    }));

  it("of the literal listing is multiplied: black pixels stay black", () =>
    inStudy(async (study) => {
      const [added, multiplied] = (["gaussian", "multiplied"] as const).map(
        (kind) => noiseTransforms(study, { kind, stddev: 0.5 }).test,
      );
      const { images } = study.data.test;
      const data = { inputs: images, inputShape: [784], scale: 1 / 255 };
      const [sum, product] = [
        await transformedInputs(study, data, added!),
        await transformedInputs(study, data, multiplied!),
      ];
      for (const [i, byte] of images.entries()) {
        const noise = sum[i]! - byte / 255; // the same draw
        expect(Math.abs(product[i]! - (byte / 255) * noise)).toBeLessThan(1e-6);
      }
    }));
});

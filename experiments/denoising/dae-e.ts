/** @file dae-e: denoising as a way to a better code. */
import { basicAutoencoder } from "../../models/networks/ae-basic.ts";
import { label } from "../../report/label.ts";
import type { LineBlock } from "../../report/run-report.ts";
import type { StudyExperiment } from "../../runner/experiment.ts";
import type { Study } from "../../runner/study/study.ts";
import { type BasicPart, basicTraining, trainBasic, usualEncoder } from "../autoencoders/basic.ts";
import { receptiveFields } from "../autoencoders/pictures.ts";
import { codeNeighborError, reconstructionError } from "../autoencoders/quality.ts";
import { encoderOfA, mnistQuestion, training } from "../autoencoders/source.ts";
import { noiseTransforms } from "./noise.ts";
import { draws, masking } from "./source.ts";

const codes = [8, 32];
/** 1 is the autoencoder without noise. */
const keeps = [1, 0.9, 0.75, 0.5];

export const daeE: StudyExperiment = {
  id: "dae-e",
  kind: "study",
  title: "MNIST: denoising for a better code",
  source: mnistQuestion("3.2 (e)"),
  question:
    "Train with masking noise as in (b), but not to denoise: to get a compressed representation of clean images. Measure its " +
    "reconstruction error and nearest neighbours, as before. The idea is that of Vincent et al. (2010), whose number the " +
    `source left open.\n\n${draws} Codes, errors and neighbours are of clean images throughout.\n\n${training} ${encoderOfA}`,
  dataset: "mnist",
  validation: "last",
  takesNoise: true,
  main: {
    part: () => `${usualEncoder}-32-masking-0.75`,
    parameters: 50_992,
    network: () => basicAutoencoder({ code: 32, encoder: usualEncoder }),
    training: {
      ...basicTraining,
      inputs: (settings) => noiseTransforms({ settings }, masking(0.75).noise),
    },
  },
  published: [],
  profiles: {
    full: { epochs: 50, batch: 25, description: "the experiment as the assignment states it" },
    quick: { epochs: 12, batch: 25, limit: 5000, testLimit: 1000, description: "fewer images and epochs" },
  },
  run,
};

interface Result {
  readonly part: BasicPart;
  readonly keep: number;
  readonly loss: number;
  readonly mse: number;
  readonly error: number;
}

async function run(study: Study): Promise<void> {
  const results: Result[] = [];
  for (const code of codes) {
    for (const keep of keeps) {
      const noise = { name: `masking-${keep}`, ...noiseTransforms(study, masking(keep).noise) };
      const part = await trainBasic(study, keep === 1 ? { code } : { code, noise });
      const quality = await reconstructionError(study, part.model);
      results.push({ part, keep, ...quality, error: (await codeNeighborError(study, part.encoder)).error });
    }
  }
  for (const { part, keep, loss, mse, error } of results) {
    const [key, what] = [`code_${part.code}_keep_${keep}`, `${part.code} numbers, p = ${keep}`];
    study.measure(`${key}_knn_error`, error, { title: `Test error of kNN on the code, ${what}`, unit: "%" });
    study.measure(`${key}_loss`, loss);
    study.measure(`${key}_mse`, mse);
  }
  const plot = (title: string, yTitle: string, value: (result: Result) => number): LineBlock => ({
    kind: "lines",
    title: label(title),
    xTitle: "p",
    yTitle: label(yTitle),
    series: codes.map((code) => ({
      name: label("numbers", { count: code }),
      points: results.filter(({ part }) => part.code === code).map((r) => ({ x: r.keep, y: value(r) })),
    })),
  });
  const of32 = (keep: number) => results.find(({ part, keep: p }) => part.code === 32 && p === keep)!.part;
  study.section(
    "Noise in training, clean images in use",
    plot("neighbours-on-clean-codes", "accuracy-percent", ({ error }) => 100 * (1 - error)),
    plot("squared-error-of-clean", "squared-error-per-pixel", ({ mse }) => mse),
    {
      kind: "table",
      title: "Test images, clean",
      columns: ["d'", "p in training", "cross-entropy", "squared error", "kNN accuracy, %"],
      rows: results.map(({ part, keep, loss, mse, error }) => [
        part.code,
        keep === 1 ? "no noise" : String(keep),
        loss.toFixed(4),
        mse.toFixed(5),
        (100 * (1 - error)).toFixed(2),
      ]),
    },
  );
  study.section(
    "What the hidden units see",
    await receptiveFields(label("filters-without-noise"), of32(1), 32),
    await receptiveFields(label("filters-half-masked"), of32(0.5), 32),
  );
}

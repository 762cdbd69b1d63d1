/** @file Showing a kind of noise: images at several strengths, and that every part of the data has draws of its own. */

import { type Label, label } from "../../report/label.ts";
import type { GridBlock } from "../../report/run-report.ts";
import type { Study } from "../../runner/study/study.ts";
import { shownImages } from "../autoencoders/pictures.ts";
import { corruptedImages, type Noise, noiseTransforms, transformedInputs } from "./noise.ts";

/** A strength of the noise and what it is called. */
export interface Strength {
  readonly label: Label;
  readonly noise: Noise;
}

const pixels = 784;
const samples = 1000;

/** The images under each noise. */
export async function noiseGrid(
  study: Study,
  title: Label,
  strengths: readonly Strength[],
): Promise<GridBlock> {
  const images = shownImages(study);
  const rows: GridBlock["rows"][number][] = [{ label: label("original"), images }];
  for (const { label: name, noise } of strengths) {
    rows.push({
      label: name,
      images: await corruptedImages(study, images, noiseTransforms(study, noise).test),
    });
  }
  return { kind: "grid", title, rows };
}

/** One set of images as training, validation and test would see it, and training in the next epoch. */
export async function drawsGrid(study: Study, { label: name, noise }: Strength): Promise<GridBlock> {
  const images = shownImages(study);
  const { train, validation, test } = noiseTransforms(study, noise);
  const { seed } = study.settings;
  return {
    kind: "grid",
    title: label("separate-draws", { noise: name }),
    rows: [
      { label: inEpoch(1), images: await corruptedImages(study, images, train, { seed, epoch: 0 }) },
      { label: inEpoch(2), images: await corruptedImages(study, images, train, { seed, epoch: 1 }) },
      { label: label("validation"), images: await corruptedImages(study, images, validation) },
      { label: label("test"), images: await corruptedImages(study, images, test) },
    ],
  };
}

function inEpoch(epoch: number): Label {
  return [label("training"), label("epoch-number", { epoch })];
}

/** Mean and deviation of what the noise makes of 784,000 pixels of one value. */
export async function noiseStatistics(
  study: Study,
  noise: Noise,
  value: 0 | 1,
): Promise<{ readonly mean: number; readonly deviation: number }> {
  const data = { inputs: new Uint8Array(samples * pixels).fill(value), inputShape: [pixels] };
  const values = await transformedInputs(study, data, noiseTransforms(study, noise).train);
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}

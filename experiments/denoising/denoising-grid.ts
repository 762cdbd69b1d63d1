/** @file Denoising over a grid of strengths: what dae-b and dae-d share. */

import { type Label, label, labelText } from "../../report/label.ts";
import type { Block, LineBlock } from "../../report/run-report.ts";
import type { Study } from "../../runner/study/study.ts";
import { type BasicPart, trainBasic } from "../autoencoders/basic.ts";
import { reconstructed, shownImages } from "../autoencoders/pictures.ts";
import { reconstructionError } from "../autoencoders/quality.ts";
import { denoised, noiseTransforms, transformedInputs } from "./noise.ts";
import type { Strength } from "./noise-samples.ts";

/** The assignment's middle size. */
const code = 32;

export interface GridPoint extends Strength {
  /** on the axis of the plots */
  readonly at: number;
  /** of the part and the figures: masking-0.5 */
  readonly name: string;
}

interface Result {
  readonly point: GridPoint;
  /** test images corrupted, compared with clean ones */
  readonly denoising: { readonly loss: number; readonly mse: number };
  readonly plain: { readonly loss: number; readonly mse: number };
  readonly untouched: number;
}

/** Trains an autoencoder for each strength, and one on clean images, and compares what they make of corrupted ones. */
export async function denoisingGrid(study: Study, axis: string, points: readonly GridPoint[]): Promise<void> {
  const plain = await trainBasic(study, { code });
  const results: Result[] = [];
  const pictures: Block[] = [];
  for (const point of points) {
    const transforms = noiseTransforms(study, point.noise);
    const part = await trainBasic(study, { code, noise: { name: point.name, ...transforms } });
    results.push({
      point,
      denoising: await reconstructionError(study, part.model, transforms.test),
      plain: await reconstructionError(study, plain.model, transforms.test),
      untouched: await errorOfNoise(study, point),
    });
    pictures.push(await triples(study, part, point));
  }
  showFigures(study, axis, results, await reconstructionError(study, plain.model));
  study.section(
    "Noise, reconstruction, original",
    {
      kind: "text",
      text: "Each network sees the first row and has to give the third; the second is what it gives.",
    },
    ...pictures,
  );
  const images = shownImages(study);
  study.section("Without noise", {
    kind: "grid",
    title: label("trained-clean-on-clean"),
    rows: [
      { label: label("original"), images },
      { label: label("reconstruction"), images: await reconstructed(plain.model, images) },
    ],
  });
}

async function triples(
  study: Study,
  { model }: BasicPart,
  { label: name, noise }: GridPoint,
): Promise<Block> {
  const images = shownImages(study);
  const { seen, made } = await denoised(study, model, images, noiseTransforms(study, noise).test);
  return {
    kind: "grid",
    title: label("corrupted-reconstructed-clean", { noise: name }),
    rows: [
      { label: label("corrupted"), images: seen },
      { label: label("reconstructed"), images: made },
      { label: label("clean"), images },
    ],
  };
}

/** Squared error per pixel of the corrupted test images themselves. */
async function errorOfNoise(study: Study, { noise }: GridPoint): Promise<number> {
  const { test } = study.data;
  const most = Math.min(1000, test.count);
  const pixels = test.images.length / test.count;
  const inputs = test.images.subarray(0, most * pixels);
  const seen = await transformedInputs(
    study,
    { inputs, inputShape: [pixels], scale: 1 / 255 },
    noiseTransforms(study, noise).test,
  );
  return seen.reduce((sum, value, i) => sum + (value - inputs[i]! / 255) ** 2, 0) / seen.length;
}

function showFigures(
  study: Study,
  axis: string,
  results: readonly Result[],
  clean: { loss: number; mse: number },
) {
  for (const { point, denoising, plain, untouched } of results) {
    study.measure(`${point.name}_loss`, denoising.loss, {
      title: `Reconstruction error at ${labelText(point.label)} (cross-entropy)`,
    });
    study.measure(`${point.name}_mse`, denoising.mse);
    study.measure(`${point.name}_plain_mse`, plain.mse);
    study.measure(`${point.name}_noise_mse`, untouched);
  }
  study.measure("clean_loss", clean.loss, { title: "Without noise (cross-entropy)" });
  study.measure("clean_mse", clean.mse);
  const series = (name: Label, value: (result: Result) => number) => ({
    name,
    points: results.map((result) => ({ x: result.point.at, y: value(result) })),
  });
  const plot: LineBlock = {
    kind: "lines",
    title: label("squared-error-by-noise"),
    xTitle: axis,
    yTitle: label("squared-error-per-pixel"),
    series: [
      series(label("denoising"), ({ denoising }) => denoising.mse),
      series(label("trained-clean"), ({ plain }) => plain.mse),
      series(label("corrupted-image"), ({ untouched }) => untouched),
    ],
  };
  study.section("Errors", plot, {
    kind: "table",
    title: "Corrupted test images, compared with clean ones",
    columns: [
      axis,
      "cross-entropy",
      "squared error",
      "squared error, trained on clean images",
      "of the corrupted images",
    ],
    rows: results.map(({ point, denoising, plain, untouched }) => [
      String(point.at),
      denoising.loss.toFixed(4),
      denoising.mse.toFixed(5),
      plain.mse.toFixed(5),
      untouched.toFixed(5),
    ]),
  });
}

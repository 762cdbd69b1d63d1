/** @file How good a compressed representation is: reconstruction error, and a nearest-neighbour classifier on it. */
import { NearestNeighbors } from "../../kernels/neighbors/index.ts";
import { Pca } from "../../kernels/pca/index.ts";
import type { HostRows } from "../../kernels/rows.ts";
import type { InputTransform, Model } from "../../models/index.ts";
import type { Study } from "../../runner/study/study.ts";
import type { DataPart } from "../../runner/study/study-images.ts";

/** The assignment's number of neighbours. */
export const neighbors = 10;

export interface ReconstructionError {
  /** binary cross-entropy, the loss of training */
  readonly loss: number;
  /** mean squared error of a pixel */
  readonly mse: number;
}

/** Of the test images; `noise` corrupts what the autoencoder sees, not what it is compared with. */
export async function reconstructionError(
  study: Study,
  autoencoder: Model,
  noise?: InputTransform,
): Promise<ReconstructionError> {
  const dataset = study.data.images("test", autoencoder.inputShape);
  const { loss, mse } = await autoencoder.evaluate(noise ? { dataset, transform: noise } : dataset);
  return { loss: loss!, mse: mse! };
}

/** Outputs of an encoder for a part of the images, one row each. */
export async function codesOf(study: Study, encoder: Model, part: DataPart): Promise<HostRows> {
  const values = await encoder.predict(study.data.images(part, encoder.inputShape));
  const { count } = study.data[part];
  return { values, shape: [count, values.length / count] };
}

export interface NeighborResult {
  /** share of the test images that the vote of the neighbours gets wrong */
  readonly error: number;
  readonly secondsPerQuery: number;
}

/**
 * Classifies the test images by the training images nearest to them; `warm` does it once before, so that the time is without
 * the compilation of kernels. Throws ArgumentError for fewer training images than neighbours.
 */
export async function neighborError(
  study: Study,
  train: HostRows,
  test: HostRows,
  { warm = false }: { readonly warm?: boolean } = {},
): Promise<NeighborResult> {
  const { data, engine } = study;
  using classifier = new NearestNeighbors(engine, train, data.train.labels, { k: neighbors });
  if (warm) await classifier.predict(test);
  const { labels, secondsPerQuery } = await classifier.predict(test);
  const wrong = labels.reduce((sum, label, i) => sum + Number(label !== data.test.labels[i]), 0);
  return { error: wrong / labels.length, secondsPerQuery };
}

/** neighborError() on the codes that an encoder makes. */
export async function codeNeighborError(study: Study, encoder: Model): Promise<NeighborResult> {
  return neighborError(study, await codesOf(study, encoder, "train"), await codesOf(study, encoder, "test"));
}

/** The principal components of the training images. */
export function fitPca(study: Study, components: number): Promise<Pca> {
  study.step(`PCA: ${components} components of ${study.data.train.count} images`);
  return Pca.fit(study.engine, study.data.rows("train"), { components });
}

/** Error and neighbours of the first `components` of `all`. */
export async function pcaQuality(study: Study, all: Pca, components: number) {
  using pca = all.first(components);
  const [train, test] = [study.data.rows("train"), study.data.rows("test")];
  const rows = async (part: HostRows): Promise<HostRows> => ({
    values: await pca.project(part),
    shape: [part.shape[0]!, components],
  });
  const mse = await pca.reconstructionError(test);
  return { mse, ...(await neighborError(study, await rows(train), await rows(test))) };
}

/** Error of answering every test image with the mean training image: what a decoder that ignores its code can reach. */
export function meanImageError(study: Study): ReconstructionError {
  const { train, test } = study.data;
  const pixels = train.images.length / train.count;
  const mean = new Float64Array(pixels);
  for (const [i, byte] of train.images.entries()) mean[i % pixels]! += byte / 255 / train.count;
  let [loss, mse] = [0, 0];
  for (const [i, byte] of test.images.entries()) {
    const target = byte / 255;
    const p = Math.min(1 - 1e-7, Math.max(1e-7, mean[i % pixels]!));
    loss -= target * Math.log(p) + (1 - target) * Math.log(1 - p);
    mse += (target - mean[i % pixels]!) ** 2;
  }
  return { loss: loss / test.images.length, mse: mse / test.images.length };
}

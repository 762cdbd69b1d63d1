/** @file What a backbone makes of photographs, in inference mode: averaged features, computed once. */
import type { ImageSet, StoredImages } from "../../datasets/formats/image-set.ts";
import { takeImages } from "../../datasets/splits.ts";
import type { Engine } from "../../engine/device.ts";
import { FileError, InterruptedError } from "../../engine/errors.ts";
import { GpuDataset } from "../../kernels/gather/index.ts";
import type { Model } from "../../models/model.ts";
import { hostDataset } from "../samples.ts";
import { imageParts } from "../stored-images.ts";
import { type FeatureStore, sha256 } from "./feature-store.ts";
import { photographInputs } from "./photographs.ts";

/** Photographs between two savings: at most so many are computed again after a crash. */
const portion = 128;
/** at a time on the GPU */
const batchSize = 16;

export interface FeatureNetwork {
  readonly engine: Engine;
  /** with its weights on the engine */
  readonly network: Model;
  /** its photographs' bytes are multiplied by it */
  readonly scale: number;
}

/** The network goes from photographs to features [n, width]. */
export interface FeatureRun extends FeatureNetwork {
  readonly store: FeatureStore;
  readonly line: (text: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * [n, width] in the order of the photographs; of stored ones, the next are decoded meanwhile. Rejects with InterruptedError when
 * told to stop; what is done is kept.
 */
export async function featuresOf(
  set: ImageSet | StoredImages,
  width: number,
  run: FeatureRun,
): Promise<Float32Array> {
  const { store, line, signal } = run;
  const features = new Float32Array(set.count * width);
  let done = 0;
  for await (const part of imageParts(set, portion)) {
    if (signal?.aborted) throw new InterruptedError("Interrupted while features were computed.");
    const names = fingerprints(part);
    const missing = names.flatMap((name, i) => (store.get(name) ? [] : [i]));
    if (missing.length > 0) {
      const values = await computed(takeImages(part, Uint32Array.from(missing)), run);
      store.set(
        missing.map((i) => names[i]!),
        values,
      );
      await saved(store, line);
    }
    for (const name of names) features.set(store.get(name)!, width * done++);
  }
  return features;
}

async function computed(set: ImageSet, { engine, network, scale }: FeatureNetwork): Promise<Float32Array> {
  const dataset = GpuDataset.upload(engine, hostDataset(photographInputs(set, scale), 0));
  try {
    return await network.predict(dataset, { batchSize });
  } finally {
    dataset.dispose();
  }
}

/** A full disk costs the next run's time, not this one's work. */
async function saved(store: FeatureStore, line: (text: string) => void): Promise<void> {
  try {
    await store.save();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    line(`${error.message} The features are not kept: the next run computes them again.`);
  }
}

function fingerprints({ images, count }: ImageSet): string[] {
  const size = images.length / count;
  return Array.from({ length: count }, (_, i) => sha256(images.subarray(i * size, (i + 1) * size)));
}

/** Mean and deviation of each channel, in float64. */
export interface ChannelStatistics {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Sums over values [..., channels] that come in parts. */
export class ChannelSums {
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  #rows = 0;

  constructor(channels: number) {
    this.#sums = new Float64Array(channels);
    this.#squares = new Float64Array(channels);
  }

  add(values: Float32Array): this {
    const channels = this.#sums.length;
    for (let i = 0; i < values.length; i++) {
      this.#sums[i % channels]! += values[i]!;
      this.#squares[i % channels]! += values[i]! ** 2;
    }
    this.#rows += values.length / channels;
    return this;
  }

  get statistics(): ChannelStatistics {
    const mean = this.#sums.map((sum) => sum / this.#rows);
    const deviation = this.#squares.map((sum, c) => Math.sqrt(Math.max(0, sum / this.#rows - mean[c]! ** 2)));
    return { mean, deviation };
  }
}

/** Of every position of the feature maps [n, h, w, c] that the network makes of the photographs. */
export async function mapStatistics(
  set: ImageSet | StoredImages,
  channels: number,
  network: FeatureNetwork,
): Promise<ChannelStatistics> {
  const sums = new ChannelSums(channels);
  for await (const part of imageParts(set, portion)) sums.add(await computed(part, network));
  return sums.statistics;
}

/** (value - mean) / (deviation + 1e-7), channel by channel. */
export function standardized(values: Float32Array, { mean, deviation }: ChannelStatistics): Float32Array {
  const channels = mean.length;
  return values.map((value, i) => (value - mean[i % channels]!) / (deviation[i % channels]! + 1e-7));
}

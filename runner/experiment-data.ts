/** @file The images of a run on the GPU: what is trained on, validated on and tested on, and what is done to them on the way. */

import { join } from "node:path";
import type { Dataset } from "../datasets/dataset.ts";
import type { StoredImages } from "../datasets/formats/image-set.ts";
import { dataFolder } from "../datasets/sources/data-folder.ts";
import { describeSplit, randomSubset, type SplitRule, splitByRule } from "../datasets/splits.ts";
import type { Engine } from "../engine/device.ts";
import { UsageError } from "../engine/errors.ts";
import { GpuDataset } from "../kernels/gather/index.ts";
import type { BatchGenerator } from "../models/data/batch-iterator.ts";
import type { Subset } from "../models/data/batches.ts";
import type { InputTransform } from "../models/data/gpu-samples.ts";
import { identityOrder } from "../models/data/order.ts";
import { isStored } from "../models/data/stored-samples.ts";
import { describeGenerator, ImageDataGenerator } from "../models/preprocessing/image-data-generator.ts";
import { cachedZcaMatrix } from "../models/preprocessing/zca-cache.ts";
import type { TrainingExperiment } from "./experiment.ts";
import { hostDataset, inputsOf, type PreparedSamples, type SampleSet, takeSamples } from "./samples.ts";
import type { RunSettings } from "./store/schemas.ts";
import { streamedBatches } from "./training/streamed-batches.ts";

export interface ExperimentDataOptions {
  readonly experiment: TrainingExperiment;
  readonly engine: Engine;
  readonly dataset: Dataset<SampleSet>;
  readonly settings: RunSettings;
  /** of the data folder, where whitening matrices are kept; none are if absent */
  readonly data?: string;
  /** what transfer made of the images, in their place */
  readonly prepared?: PreparedSamples;
  /** training images stay in main memory and go to the GPU batch by batch */
  readonly stream?: boolean;
  readonly line: (text: string) => void;
}

/** The images a run uses: all, or the seeded subset that its settings say. */
export function imagesOf({ dataset, settings }: Pick<ExperimentDataOptions, "dataset" | "settings">): {
  train: SampleSet;
  test: SampleSet;
} {
  const subset = (set: SampleSet, limit: number | null) =>
    limit === null || limit >= set.count
      ? set
      : takeSamples(set, randomSubset(set.count, limit, settings.seed));
  return { train: subset(dataset.train, settings.limit), test: subset(dataset.test, settings.testLimit) };
}

/** How many images a run trains on, holds out and tests on: as result.json counts them. */
export function imageCounts({
  experiment,
  dataset,
  settings,
}: Pick<ExperimentDataOptions, "experiment" | "dataset" | "settings">) {
  const within = (limit: number | null, count: number) => Math.min(limit ?? count, count);
  const images = within(settings.limit, dataset.train.count);
  const rule = splitRuleOf(experiment, settings.seed);
  const validation = rule ? splitByRule(images, rule).validation.length : 0;
  return { train: images - validation, validation, test: within(settings.testLimit, dataset.test.count) };
}

/** How the validation part is chosen; none if the test set serves, or nothing does. */
export function splitRuleOf({ validation }: TrainingExperiment, seed: number): SplitRule | undefined {
  if (validation === undefined || validation === "test") return undefined;
  const { take, fraction } = validation;
  return take === "random" ? { take, size: { fraction }, seed } : { take, size: { fraction } };
}

/** In words, e.g. `the last 5,000 of 50,000 training images`, or `the test set`. */
export function describeValidation(experiment: TrainingExperiment, images: number, seed: number): string {
  const rule = splitRuleOf(experiment, seed);
  const augmented = experiment.validation instanceof Object && experiment.validation.augmented;
  if (rule) return `${describeSplit(images, rule)}${augmented ? ", augmented as well" : ""}`;
  return experiment.validation === "test" ? "the test set" : "none";
}

/** What happens to images before the network sees them, in words; undefined if nothing does. */
export function describeInputs({ generator }: TrainingExperiment, profile: RunSettings["profile"]) {
  if (!generator) return undefined;
  const { zcaImages, ...options } = generator(profile);
  const from = zcaImages === undefined ? "" : `, whitening fitted on ${zcaImages} images`;
  return describeGenerator(options) + from;
}

/** Owner of the images on the GPU and of the generator; dispose() frees them. */
export class ExperimentData {
  readonly train: SampleSet;
  readonly test: SampleSet;
  /** numbers of the images trained on, and held out */
  readonly trained: Uint32Array;
  readonly held: Uint32Array | undefined;
  readonly #options: ExperimentDataOptions;
  readonly #generator: ImageDataGenerator | undefined;
  readonly #gpuTrain: GpuDataset | undefined;
  /** none of images that are read batch by batch */
  readonly #gpuTest: GpuDataset | undefined;

  private constructor(
    options: ExperimentDataOptions,
    { train, test }: { train: SampleSet; test: SampleSet },
    generator: ImageDataGenerator | undefined,
  ) {
    const { experiment, engine, dataset, settings } = options;
    if ((options.stream || isStored(train)) && (generator || experiment.validation instanceof Object)) {
      throw new UsageError(
        `--stream: ${experiment.id} holds out or augments training images, which have to be on the GPU.`,
      );
    }
    this.#options = options;
    this.#generator = generator;
    [this.train, this.test] = [train, test];
    const rule = splitRuleOf(experiment, settings.seed);
    const split = rule && splitByRule(train.count, rule);
    this.trained = split?.train ?? identityOrder(train.count);
    this.held = split?.validation;
    const classes = dataset.classes.length;
    const upload = (set: SampleSet) =>
      isStored(set) ? undefined : GpuDataset.upload(engine, hostDataset(set, classes));
    this.#gpuTrain = options.stream ? undefined : upload(train);
    this.#gpuTest = upload(test);
  }

  /** Uploads the images and fits the generator. */
  static async open(options: ExperimentDataOptions): Promise<ExperimentData> {
    const images = options.prepared ?? imagesOf(options);
    const generator = await fittedGenerator(options, images.train);
    const data = new ExperimentData(options, images, generator);
    try {
      await options.engine.sync(); // a buffer that is refused is reported here
    } catch (error) {
      data.dispose();
      throw error;
    }
    return data;
  }

  /** For evaluation: the test images, standardized. */
  get testing(): Subset | StoredImages {
    if (isStored(this.test)) return this.test;
    return withTransform({ dataset: this.#gpuTest! }, this.#generator?.evaluation);
  }

  /** For evaluation: the training images, standardized and not augmented. */
  get trainingAsTested(): Subset | StoredImages {
    if (isStored(this.train)) return this.train;
    return withTransform(
      { dataset: this.#requireTrain(), indices: this.trained },
      this.#generator?.evaluation,
    );
  }

  /** The part that is held out, standardized; augmented too where the experiment says so. */
  get validation(): Subset | undefined {
    const { validation } = this.#options.experiment;
    if (!this.held || !this.#gpuTrain) return undefined;
    const augmented = validation instanceof Object && validation.augmented;
    const transform = augmented ? this.#generator?.training : this.#generator?.evaluation;
    return withTransform({ dataset: this.#gpuTrain, indices: this.held }, transform);
  }

  /** The images to train on, which are on the GPU. Throws UsageError if they are streamed. */
  get resident(): Subset {
    return withTransform({ dataset: this.#requireTrain(), indices: this.trained }, this.#generator?.training);
  }

  /** What fit() takes, from a batch of an epoch on. */
  training(position = { epoch: 0, batch: 0 }): Subset | StoredImages | BatchGenerator {
    if (isStored(this.train)) return this.train;
    if (!this.generated) return this.resident;
    const { settings, dataset } = this.#options;
    return streamedBatches(this.train, dataset.classes.length, { ...settings, position });
  }

  /** Training images in main memory, of which a generator makes batches. */
  get generated(): boolean {
    return this.#gpuTrain === undefined && !isStored(this.train);
  }

  #requireTrain(): GpuDataset {
    if (this.#gpuTrain) return this.#gpuTrain;
    throw new UsageError("The training images are streamed: they are not on the GPU as a whole.");
  }

  dispose(): void {
    this.#gpuTrain?.dispose();
    this.#gpuTest?.dispose();
    this.#generator?.dispose();
  }
}

function withTransform(subset: Subset, transform: InputTransform | undefined): Subset {
  return transform ? { ...subset, transform } : subset;
}

/** What is done to the images, fitted on the training images. dispose() frees what it has on the GPU. */
export async function fittedGenerator(
  { experiment, engine, dataset, settings, data, line }: ExperimentDataOptions,
  train: SampleSet,
): Promise<ImageDataGenerator | undefined> {
  if (!experiment.generator || isStored(train)) return undefined;
  const { zcaImages, ...options } = experiment.generator(settings.profile);
  const generator = new ImageDataGenerator(options);
  if (!generator.needsFit) return generator;
  const { inputs: values, inputShape, scale } = inputsOf(train);
  const { count } = train;
  const source = [dataset.id, settings.seed, settings.limit, ...dataset.files.map(({ md5 }) => md5)];
  const path = join(dataFolder(data), "zca", `${dataset.id}-${zcaImages ?? count}.safetensors`);
  const rows = { values, shape: [count, ...inputShape], scale };
  await generator.fit(engine, rows, {
    ...(zcaImages === undefined ? {} : { zcaImages }),
    onSlow: (text) => line(`${text} (kept in ${path})`),
    keep: ({ from, ...key }, compute) =>
      cachedZcaMatrix(path, { ...key, source: [...source, from].join(" ") }, compute, ({ message }) =>
        line(`${message} The whitening matrix is not kept: the next run computes it again.`),
      ),
  });
  return generator;
}

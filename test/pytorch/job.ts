/** @file What PyTorch is given of a run: its weights, images, order and settings, in a folder. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ImageSet } from "../../datasets/formats/image-set.ts";
import { splitByRule } from "../../datasets/splits.ts";
import { UsageError } from "../../engine/errors.ts";
import { findExperiment } from "../../experiments/registry.ts";
import { identityOrder, shuffled } from "../../models/data/order.ts";
import { ImageDataGenerator } from "../../models/preprocessing/image-data-generator.ts";
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { imagesOf, splitRuleOf } from "../../runner/experiment-data.ts";
import { loadData } from "../../runner/load-data.ts";
import { imagesOnly } from "../../runner/samples.ts";
import { readConfig, sourceOf } from "../../runner/store/run-folder.ts";
import type { RunSettings } from "../../runner/store/schemas.ts";
import { trainingVariant } from "../../runner/variant.ts";

export interface JobOptions {
  /** repeat the training too, not only the evaluation */
  readonly train: boolean;
  /** further trainings from initial weights that differ by a millionth: what rounding alone does */
  readonly twins: number;
  /** the data folder, if it is not where the run found it */
  readonly data?: string;
}

/** Writes `folder` for the run in the folder `run`. Throws UsageError for what PyTorch cannot be asked to repeat. */
export async function writeJob(folder: string, run: string, options: JobOptions): Promise<void> {
  const config = readConfig(run);
  const { settings } = config;
  const experiment = trainingVariant(findExperiment(config.experiment), settings);
  const source = sourceOf(config, options.data);
  const dataset = await loadData(experiment, { ...source, seed: settings.seed });
  const { train, test } = imagesOnly(imagesOf({ dataset, settings }));
  const initial = join(run, "initial.safetensors");
  if (options.train) requireRepeatable(experiment, initial);
  const rule = splitRuleOf(experiment, settings.seed);
  const split = rule && splitByRule(train.count, rule);
  const job = {
    network: networkOf(experiment, settings),
    weights: resolve(run, "weights.safetensors"),
    initial: resolve(initial),
    shape: [train.height, train.width, train.channels],
    standardize: standardization(experiment, settings),
    loss: experiment.loss,
    dropoutStreams: dropoutStreams(experiment, settings),
    optimizer: optimizerOf(experiment),
    held: split ? [...split.validation] : null,
    seed: settings.seed,
    batch: settings.batch,
    epochs: settings.epochs,
    train: options.train,
    twins: options.twins,
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "job.json"), JSON.stringify(job));
  writeImages(folder, "all", train);
  writeImages(folder, "test", test);
  if (options.train)
    writeFileSync(join(folder, "orders.u32"), orders(split?.train ?? identityOrder(train.count), settings));
}

function writeImages(folder: string, name: string, { images, labels }: ImageSet): void {
  writeFileSync(join(folder, `${name}.images.u8`), images);
  writeFileSync(join(folder, `${name}.labels.u8`), labels);
}

/** [epochs, images] */
function orders(images: Uint32Array, { seed, epochs, shuffle }: RunSettings): Uint32Array {
  const all = new Uint32Array(epochs * images.length);
  for (let epoch = 0; epoch < epochs; epoch++) {
    all.set(shuffle ? shuffled(images, seed, epoch) : images, epoch * images.length);
  }
  return all;
}

/** Names the network in networks.py: that of the whole experiment, also for a trial of a sweep. */
function networkOf({ id }: TrainingExperiment, { trial }: RunSettings): string {
  return trial !== null && id.startsWith("svhn-") ? "svhn-c" : id;
}

/** The numbers of the random streams of the dropout layers: one stream for each layer, from 1 on. */
function dropoutStreams({ network }: TrainingExperiment, { profile }: RunSettings): number[] {
  return network(profile).layers.flatMap(({ className }, i) => (className === "Dropout" ? [i + 1] : []));
}

function optimizerOf({ optimizer }: TrainingExperiment) {
  const { name, config, learningRate } = optimizer();
  return { ...config, name, learningRate };
}

/** What test images go through: nothing, centring, or division by the deviation as well. */
function standardization({ id, generator }: TrainingExperiment, { profile }: RunSettings) {
  const { featurewiseCenter, featurewiseStdNormalization, ...others } = generator?.(profile) ?? {};
  if (others.zcaWhitening || others.samplewiseCenter || others.samplewiseStdNormalization)
    throw new UsageError(
      `${id} whitens its images or standardizes each by itself, which is not repeated here.`,
    );
  if (featurewiseStdNormalization) return "deviation";
  return featurewiseCenter ? "mean" : null;
}

function requireRepeatable(experiment: TrainingExperiment, initial: string): void {
  const { id, generator, callbacks, learningPhase, continues } = experiment;
  if (!existsSync(initial))
    throw new UsageError(`There is no ${initial}: run the training with --save-initial.`);
  const augments = generator && new ImageDataGenerator(withoutCount(generator("full"))).augments;
  if (augments || callbacks || learningPhase || continues)
    throw new UsageError(
      `${id} augments images, changes its rate, may stop early or goes on from another run: its training is not repeated here.`,
    );
}

function withoutCount({
  zcaImages: _,
  ...options
}: ReturnType<NonNullable<TrainingExperiment["generator"]>>) {
  return options;
}

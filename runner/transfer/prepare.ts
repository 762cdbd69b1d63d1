/** @file What a run of transfer trains on: features that its backbone computed, or photographs and the backbone itself. */

import { join } from "node:path";
import type { ImageSet, StoredImages } from "../../datasets/formats/image-set.ts";
import { dataFolder } from "../../datasets/sources/data-folder.ts";
import type { Engine } from "../../engine/device.ts";
import { ArgumentError } from "../../engine/errors.ts";
import { isStored } from "../../models/data/stored-samples.ts";
import type { Model } from "../../models/model.ts";
import type { TrainingExperiment } from "../experiment.ts";
import { type ExperimentDataOptions, imagesOf } from "../experiment-data.ts";
import { imagesOrStored, type PreparedSamples } from "../samples.ts";
import { smallImages } from "../stored-images.ts";
import { thumbnails } from "../thumbnails.ts";
import type { BackboneName } from "./backbone-names.ts";
import { backbones, describeBackbone } from "./backbones.ts";
import { boundExperiment, pooled, standardizationName } from "./bound-experiment.ts";
import { FeatureStore, sha256 } from "./feature-store.ts";
import { type ChannelStatistics, ChannelSums, featuresOf, mapStatistics, standardized } from "./features.ts";
import { photographInputs } from "./photographs.ts";

/** A backbone with its weights, by path. */
export interface LoadedBackbone {
  readonly name: BackboneName;
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** where it is not the practical's: why, and what that one needs */
  readonly notes?: readonly string[];
}

export interface Prepared {
  /** with the network on the backbone, for the classes of the data */
  readonly experiment: TrainingExperiment;
  readonly samples: PreparedSamples;
  /** what the network's weights are before training, by path; the others are drawn */
  readonly weights: ReadonlyMap<string, Float32Array>;
}

export interface PreparationOptions extends ExperimentDataOptions {
  readonly backbone?: LoadedBackbone;
  readonly signal?: AbortSignal;
  /** weights of before training are needed: not where others take their place */
  readonly fresh: boolean;
}

/** Undefined for an experiment that begins with no backbone. Rejects with InterruptedError when told to stop. */
export async function prepareTransfer(options: PreparationOptions): Promise<Prepared | undefined> {
  const { experiment, settings, backbone, dataset } = options;
  const { transfer } = experiment;
  if (!transfer) return undefined;
  if (!backbone || backbone.name !== settings.backbone)
    throw new ArgumentError(`${experiment.id} begins with a backbone, whose weights are loaded first.`);
  const used = imagesOf(options);
  const images = { train: imagesOrStored(used.train), test: imagesOrStored(used.test) };
  const bound = boundExperiment(experiment, settings, dataset.classes.length);
  if (transfer.trains === "head") {
    const samples = await featureSamples(options, backbone, images);
    return { experiment: bound, samples, weights: new Map() };
  }
  const { scale } = backbones[backbone.name];
  const weights = options.fresh ? await weightsBefore(options, backbone, images.train) : new Map();
  const withLabels = (set: ImageSet) => ({ ...photographInputs(set, scale), labels: set.labels });
  const { train, test } = images;
  return {
    experiment: bound,
    samples: {
      train: isStored(train) ? { ...train, scale } : withLabels(train),
      test: isStored(test) ? { ...test, scale } : { ...withLabels(test), pictures: thumbnails(test) },
    },
    weights,
  };
}

interface Images {
  readonly train: ImageSet | StoredImages;
  readonly test: ImageSet | StoredImages;
}

async function featureSamples(
  options: PreparationOptions,
  backbone: LoadedBackbone,
  images: Images,
): Promise<PreparedSamples> {
  const { features: width, standardizes } = backbones[backbone.name];
  const [train, test] = await averagedFeatures(options, backbone, [images.train, images.test]);
  const statistics = new ChannelSums(width).add(train!).statistics;
  const samples = (set: ImageSet | StoredImages, values: Float32Array) => ({
    inputs: standardizes ? standardized(values, statistics) : values,
    inputShape: [width],
    scale: 1,
    count: set.count,
    labels: set.labels,
  });
  return {
    train: samples(images.train, train!),
    test: { ...samples(images.test, test!), pictures: await smallImages(images.test) },
  };
}

/** The backbone's weights and, where its features are standardized, their statistics over the training photographs. */
async function weightsBefore(
  options: PreparationOptions,
  backbone: LoadedBackbone,
  train: ImageSet | StoredImages,
): Promise<ReadonlyMap<string, Float32Array>> {
  const { transfer } = options.experiment;
  if (!backbones[backbone.name].standardizes || transfer?.trains !== "whole") return backbone.weights;
  const { mean, deviation } =
    transfer.standardized === "map"
      ? await statisticsOfMaps(options, backbone, train)
      : await statisticsOfAverages(options, backbone, train);
  return new Map([
    ...backbone.weights,
    [`${standardizationName}/moving_mean`, Float32Array.from(mean)],
    [`${standardizationName}/moving_variance`, Float32Array.from(deviation, (value) => value ** 2)],
  ]);
}

/** Of the averaged features of the training photographs: what a head's inputs were standardized by. */
export async function statisticsOfAverages(
  options: PreparationOptions,
  backbone: LoadedBackbone,
  train: ImageSet | StoredImages,
): Promise<ChannelStatistics> {
  const [features] = await averagedFeatures(options, backbone, [train]);
  return new ChannelSums(backbones[backbone.name].features).add(features!).statistics;
}

async function statisticsOfMaps(
  { engine, settings }: PreparationOptions,
  backbone: LoadedBackbone,
  train: ImageSet | StoredImages,
): Promise<ChannelStatistics> {
  const { features, scale, network } = backbones[backbone.name];
  return withWeights(network(settings.profile), engine, backbone, (model) =>
    mapStatistics(train, features, { engine, network: model, scale }),
  );
}

/** [n, features] of each set; from the data folder, where former runs have kept them. */
async function averagedFeatures(
  { engine, settings, data, line, signal }: PreparationOptions,
  backbone: LoadedBackbone,
  sets: readonly (ImageSet | StoredImages)[],
): Promise<Float32Array[]> {
  const { features: width, scale, network } = backbones[backbone.name];
  const weights = sha256(Buffer.concat([...backbone.weights.values()].map(bytesOf)));
  const adapter = engine.adapter.description || engine.adapter.device;
  const key = { backbone: `${describeBackbone(backbone.name)} ${weights}`, adapter, width };
  const name = [backbone.name, weights.slice(0, 8), engine.adapter.class].join("-");
  const path = join(dataFolder(data), "features", `${name}.safetensors`);
  const store = await FeatureStore.open(path, key, line);
  return withWeights(pooled(network(settings.profile)), engine, backbone, async (model) => {
    const run = { engine, network: model, scale, store, line, ...(signal ? { signal } : {}) };
    const computed: Float32Array[] = [];
    for (const set of sets) computed.push(await featuresOf(set, width, run));
    return computed;
  });
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Puts the weights on the engine for as long as `use` takes. */
async function withWeights<R>(
  model: Model,
  engine: Engine,
  { weights }: LoadedBackbone,
  use: (model: Model) => Promise<R>,
): Promise<R> {
  model.initialize(engine, 0, weights);
  try {
    return await use(model);
  } finally {
    model.dispose();
  }
}

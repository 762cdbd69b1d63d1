/** @file `wgrad evaluate`: loss and accuracy of saved weights. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { loadDataset } from "../datasets/load-dataset.ts";
import type { AdapterChoice } from "../engine/adapter.ts";
import { createEngine } from "../engine/device.ts";
import { FileError, UsageError } from "../engine/errors.ts";
import type { ProfileName } from "../experiments/experiment.ts";
import { findExperiment } from "../experiments/registry.ts";
import { readConfig, sourceOf } from "../experiments/run/run-folder.ts";
import { imagesOf } from "../experiments/run/train-run.ts";
import { uploadImages } from "../experiments/run/upload-images.ts";
import { loadWeights } from "../models/weights/model-weights.ts";

export interface EvaluateCommandOptions {
  readonly experiment?: string;
  readonly data?: string;
  readonly batch?: number;
  readonly set: string;
  readonly adapter: AdapterChoice;
  readonly json?: boolean;
}

export async function evaluate(run: string, options: EvaluateCommandOptions): Promise<void> {
  if (options.set !== "test" && options.set !== "train") {
    throw new UsageError(`--set must be test or train, got "${options.set}".`);
  }
  const { weights, experiment, profile, settings, source } = locate(run, options.experiment);
  const engine = await createEngine({ adapter: options.adapter });
  const dataset = await loadDataset(experiment.dataset, {
    ...source,
    ...(options.data ? { data: options.data } : {}),
    seed: settings?.seed ?? 1,
  });
  const model = experiment.network(profile);
  await model.compile({
    engine,
    optimizer: experiment.optimizer(),
    loss: experiment.loss,
    metrics: experiment.metrics,
  });
  loadWeights(model, weights);
  const images = settings ? imagesOf({ dataset, settings })[options.set] : dataset[options.set];
  const data = uploadImages(engine, images, dataset.classes.length);
  const results = await model.evaluate(data, options.batch ? { batchSize: options.batch } : {});
  const report = {
    weights,
    experiment: experiment.id,
    set: options.set,
    images: images.count,
    origin: dataset.origin,
    ...results,
  };
  if (options.json) console.log(JSON.stringify(report, null, 2));
  else {
    console.log(`${weights}: ${experiment.id}, ${images.count} ${options.set} images (${dataset.note})`);
    for (const [name, value] of Object.entries(results))
      console.log(`  ${name.padEnd(16)} ${value.toFixed(6)}`);
  }
}

/** The weights file and what it belongs to, from a run folder or from a file with --experiment. */
function locate(run: string, id: string | undefined) {
  if (!existsSync(run))
    throw new FileError(`${run} does not exist: name a run folder or a .safetensors file.`);
  if (statSync(run).isDirectory()) {
    const config = readConfig(run);
    const { settings } = config;
    return {
      weights: join(run, "weights.safetensors"),
      experiment: training(id ?? config.experiment),
      profile: settings.profile,
      settings,
      source: sourceOf(config),
    };
  }
  if (!id) throw new UsageError("A weights file alone does not say what it is: add --experiment <id>.");
  const profile: ProfileName = "full";
  return { weights: run, experiment: training(id), profile, settings: undefined, source: {} };
}

function training(id: string) {
  const experiment = findExperiment(id);
  if (experiment.kind !== "training")
    throw new UsageError(`${id} trains no network: there is nothing to evaluate.`);
  return experiment;
}

/** @file `wgrad evaluate`: loss and accuracy of saved weights. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { loadDataset } from "../datasets/load-dataset.ts";
import type { AdapterChoice, AdapterFacts } from "../engine/adapter.ts";
import { createEngine } from "../engine/device.ts";
import { FileError, UsageError } from "../engine/errors.ts";
import { findExperiment } from "../experiments/registry.ts";
import { loadWeights } from "../models/weights/model-weights.ts";
import type { StudyExperiment } from "../runner/experiment.ts";
import { ExperimentData } from "../runner/experiment-data.ts";
import { type RunSettings, resolveSettings } from "../runner/settings.ts";
import { readConfig, sourceOf } from "../runner/store/run-folder.ts";
import { compileOptionsOf } from "../runner/training/train-run.ts";
import { trainingVariant } from "../runner/variant.ts";
import { evaluateStudyRun } from "./evaluate-study.ts";

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
  const study = studyOf(run, options.experiment);
  if (study) return evaluateStudyRun(study, run, options);
  const { weights, id, settings: recorded, source } = locate(run, options);
  const engine = await createEngine({ adapter: options.adapter });
  const declared = findExperiment(id);
  const settings = recorded ?? wholeRun(id, engine.adapter);
  const experiment = trainingVariant(declared, settings);
  const dataset = await loadDataset(declared.dataset, { ...source, seed: settings.seed });
  const model = experiment.network(settings.profile);
  await model.compile(compileOptionsOf({ experiment, engine, settings }));
  await loadWeights(model, weights);
  const line = (text: string) => console.error(text);
  const data = await ExperimentData.open({ experiment, engine, dataset, settings, line, ...source });
  const subset = options.set === "test" ? data.testing : data.trainingAsTested;
  const results = await model.evaluate(subset, options.batch ? { batchSize: options.batch } : {});
  const images = options.set === "test" ? data.test.count : data.trained.length;
  const report = {
    weights,
    experiment: experiment.id,
    set: options.set,
    images,
    origin: dataset.origin,
    ...results,
  };
  if (options.json) console.log(JSON.stringify(report, null, 2));
  else {
    console.log(`${weights}: ${experiment.id}, ${images} ${options.set} images (${dataset.note})`);
    for (const [name, value] of Object.entries(results))
      console.log(`  ${name.padEnd(16)} ${value.toFixed(6)}`);
  }
}

/** The study whose run folder it is, if it is one. */
function studyOf(run: string, id: string | undefined): StudyExperiment | undefined {
  if (!existsSync(run) || !statSync(run).isDirectory()) return undefined;
  const experiment = findExperiment(id ?? readConfig(run).experiment);
  return experiment.kind === "study" ? experiment : undefined;
}

/** The weights file and what it belongs to, from a run folder or from a file with --experiment. */
function locate(run: string, { experiment: id, data }: EvaluateCommandOptions) {
  if (!existsSync(run))
    throw new FileError(`${run} does not exist: name a run folder or a .safetensors file.`);
  if (statSync(run).isDirectory()) {
    const config = readConfig(run);
    const { settings } = config;
    const weights = join(run, "weights.safetensors");
    return { weights, id: training(id ?? config.experiment), settings, source: sourceOf(config, data) };
  }
  if (!id) throw new UsageError("A weights file alone does not say what it is: add --experiment <id>.");
  return { weights: run, id: training(id), settings: undefined, source: data ? { data } : {} };
}

/** All images, and the network of the full profile. */
function wholeRun(id: string, adapter: AdapterFacts): RunSettings {
  const experiment = findExperiment(id);
  const first = experiment.kind === "sweep" ? { trial: experiment.trials("full")[0]!.name } : {};
  const options = { profile: "full", seed: 1, shuffle: true, ...first } as const;
  return { ...resolveSettings(experiment, options, adapter), limit: null, testLimit: null };
}

function training(id: string): string {
  const { kind } = findExperiment(id);
  if (kind === "training" || kind === "sweep") return id;
  const why =
    kind === "study"
      ? "trains several networks: name its run folder, not a file"
      : "trains no network: there is nothing to evaluate";
  throw new UsageError(`${id} ${why}.`);
}

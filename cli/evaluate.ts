/** @file `wgrad evaluate`: loss and accuracy of saved weights. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { AdapterFacts } from "../engine/adapter.ts";
import { createEngine } from "../engine/device.ts";
import { FileError, UsageError } from "../engine/errors.ts";
import { loadWeights } from "../models/weights/model-weights.ts";
import type { Experiment } from "../runner/experiment.ts";
import { ExperimentData } from "../runner/experiment-data.ts";
import { loadData } from "../runner/load-data.ts";
import { roomForPhotographs } from "../runner/open-data.ts";
import { resolveSettings } from "../runner/settings.ts";
import { readConfig, sourceOf } from "../runner/store/run-folder.ts";
import type { RunSettings } from "../runner/store/schemas.ts";
import { compileOptionsOf } from "../runner/training/train-run.ts";
import type { BackboneName } from "../runner/transfer/backbone-names.ts";
import { chooseBackbone } from "../runner/transfer/choose-backbone.ts";
import { imagenetWeights } from "../runner/transfer/imagenet-weights.ts";
import { savedBackbone, withWeights } from "../runner/transfer/load-backbone.ts";
import { prepareTransfer } from "../runner/transfer/prepare.ts";
import { trainingVariant } from "../runner/variant.ts";
import { evaluateStudyRun } from "./evaluate-study.ts";
import { findNamed, findRecorded } from "./find.ts";
import type { EvaluateCommandOptions } from "./options.ts";

export async function evaluate(run: string, options: EvaluateCommandOptions): Promise<void> {
  if (options.set !== "test" && options.set !== "train") {
    throw new UsageError(`--set must be test or train, got "${options.set}".`);
  }
  const { weights, declared, settings: recorded, source, folder } = await locate(run, options);
  if (declared.kind === "study" && recorded) return evaluateStudyRun(declared, run, options);
  checkTrains(declared);
  const saved = folder && recorded && (await savedBackbone(folder, recorded));
  const chosen = saved
    ? undefined
    : await chooseBackbone(declared, recorded?.backbone, imagenetWeights(options.data));
  const engine = await createEngine({ adapter: options.adapter });
  const settings = recorded ?? wholeRun(declared, engine.adapter, chosen?.name);
  const variant = trainingVariant(declared, settings);
  const line = (text: string) => console.error(text);
  const dataset = await loadData(variant, {
    ...{ ...source, seed: settings.seed, backbone: settings.backbone },
    onLine: line,
    storesBeyond: roomForPhotographs(variant, engine),
  });
  const backbone = saved ?? withWeights(chosen);
  const sources = { engine, dataset, settings, line, ...source, ...(backbone ? { backbone } : {}) };
  const prepared = await prepareTransfer({ ...sources, experiment: variant, fresh: false });
  const experiment = prepared?.experiment ?? variant;
  const model = experiment.network(settings.profile);
  await model.compile(compileOptionsOf({ experiment, engine, settings }));
  await loadWeights(model, weights);
  const samples = prepared ? { prepared: prepared.samples } : {};
  const data = await ExperimentData.open({ ...sources, experiment, ...samples });
  const subset = options.set === "test" ? data.testing : data.trainingAsTested;
  const results = await model.evaluate(subset, options.batch ? { batchSize: options.batch } : {});
  await dataset.close?.();
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

/** The weights file and what it belongs to, from a run folder or from a file with --experiment. */
async function locate(run: string, { experiment: name, data }: EvaluateCommandOptions) {
  if (!existsSync(run))
    throw new FileError(`${run} does not exist: name a run folder or a .safetensors file.`);
  if (statSync(run).isDirectory()) {
    const config = readConfig(run);
    const declared = name ? await findNamed(name) : await findRecorded(config, (text) => console.error(text));
    const weights = join(run, "weights.safetensors");
    return { weights, declared, settings: config.settings, source: sourceOf(config, data), folder: run };
  }
  if (!name) throw new UsageError("A weights file alone does not say what it is: add --experiment <id>.");
  return {
    weights: run,
    declared: await findNamed(name),
    settings: undefined,
    source: data ? { data } : {},
    folder: undefined,
  };
}

/** All images, and the network of the full profile. */
function wholeRun(
  experiment: Experiment,
  adapter: AdapterFacts,
  backbone: BackboneName | undefined,
): RunSettings {
  const first = experiment.kind === "sweep" ? { trial: experiment.trials("full")[0]!.name } : {};
  const begins = backbone ? { backbone } : {};
  const options = { profile: "full", seed: 1, shuffle: true, ...first, ...begins } as const;
  return { ...resolveSettings(experiment, options, adapter), limit: null, testLimit: null };
}

function checkTrains({ id, kind }: Experiment): void {
  if (kind === "training" || kind === "sweep") return;
  const why =
    kind === "study"
      ? "trains several networks: name its run folder, not a file"
      : "trains no network: there is nothing to evaluate";
  throw new UsageError(`${id} ${why}.`);
}

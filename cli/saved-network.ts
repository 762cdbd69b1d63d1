/** @file The network of a run folder or a weights file, with its weights and its data: what commands look into. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { AdapterChoice, AdapterFacts } from "../engine/adapter.ts";
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
import { findNamed, findRecorded } from "./find.ts";

/** What a command is told of weights that it looks into. */
export interface SavedNetworkOptions {
  readonly experiment?: string;
  readonly data?: string;
  readonly adapter: AdapterChoice;
}

/** The weights file and what it belongs to. */
export type LocatedWeights = Awaited<ReturnType<typeof locateWeights>>;

/** The compiled network with these weights, and the images of its run. The caller disposes of both, and closes the data set. */
export async function openSavedNetwork(
  { weights, declared, settings: recorded, source, folder }: LocatedWeights,
  options: SavedNetworkOptions,
) {
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
  return { weights, folder, experiment, settings, dataset, engine, model, data };
}

/** From a run folder, or from a file with --experiment. */
export async function locateWeights(
  run: string,
  { experiment: name, data }: Omit<SavedNetworkOptions, "adapter">,
) {
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

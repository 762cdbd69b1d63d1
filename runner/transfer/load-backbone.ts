/** @file The weights that a run of transfer begins with: ImageNet's, or those of a network trained on CIFAR here. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { FileError } from "../../engine/errors.ts";
import { readSafetensors, writeSafetensors } from "../../models/weights/safetensors.ts";
import type { Experiment } from "../experiment.ts";
import { loadData } from "../load-data.ts";
import type { RunContext } from "../run.ts";
import { shown } from "../store/run-folder.ts";
import type { RunSettings } from "../store/schemas.ts";
import { trainedRun } from "../training/trained-run.ts";
import { backbones } from "./backbones.ts";
import { type ChosenBackbone, chooseBackbone, type WeightSupply, type Weights } from "./choose-backbone.ts";
import type { LoadedBackbone } from "./prepare.ts";

/** The experiment whose network is the backbone of `--pretrain cifar`. */
const pretraining = "caltech-pretrain";
/** One network serves the runs of all seeds. */
const pretrainingSeed = 1;

/** In the run folder: a network that was trained here, so that the run does not depend on another folder. */
const savedName = "backbone.safetensors";

/** With its weights; a network of our own is trained first if no run has it. Throws FileError. */
export async function loadBackbone(
  context: RunContext,
  { name, weights, notes }: ChosenBackbone,
): Promise<LoadedBackbone> {
  if (weights) return { name, weights, notes };
  const saved = await savedBackbone(context.folder, context.settings);
  if (saved) return { ...saved, notes };
  const { settings, data, folder } = context;
  const dataset = await loadData(context.find(pretraining), {
    ...(data === undefined ? {} : { data }),
    seed: pretrainingSeed,
  });
  const base = { ...settings, seed: pretrainingSeed, limit: null, testLimit: null, literal: false };
  const run = await trainedRun({ ...context, dataset, settings: base }, pretraining);
  const trained = await weightsIn(join(run.folder, "weights.safetensors"), settings);
  await writeSafetensors(join(folder, savedName), trained.entries);
  return { name, weights: trained.weights, notes };
}

/** That of a run that begins with a network trained here; undefined for others. */
export async function savedBackbone(
  folder: string,
  settings: RunSettings,
): Promise<LoadedBackbone | undefined> {
  const path = join(folder, savedName);
  if (settings.backbone !== "cifar" || !existsSync(path)) return undefined;
  const { weights } = await weightsIn(path, settings);
  return { name: "cifar", weights };
}

/** What a finished run began with: the network in its folder, else that of ImageNet. Throws FileError if it cannot be had. */
export async function recordedBackbone(
  experiment: Experiment,
  { folder, settings }: { readonly folder: string; readonly settings: RunSettings },
  supply: WeightSupply,
): Promise<LoadedBackbone | undefined> {
  const saved = await savedBackbone(folder, settings);
  return saved ?? withWeights(await chooseBackbone(experiment, settings.backbone, supply));
}

/** Throws FileError for a network that was trained here: its weights are in the run folder, or nowhere. */
export function withWeights(chosen: ChosenBackbone | undefined): LoadedBackbone | undefined {
  if (!chosen) return undefined;
  const { name, weights } = chosen;
  if (weights) return { name, weights };
  throw new FileError(
    "The network that the run began with is not in its folder: backbone.safetensors is gone.",
  );
}

/** Those of the backbone, without the classifier. Throws FileError if some are missing. */
async function weightsIn(path: string, { profile }: RunSettings) {
  const { tensors } = await readSafetensors(path);
  const entries = backbones.cifar.network(profile).weights.map(({ path: name, variable }) => {
    const data = tensors.get(name)?.data;
    if (data instanceof Float32Array && data.length === variable.size)
      return { name, shape: variable.shape, data };
    throw new FileError(
      `${shown(path)} has no ${name} of ${variable.size} numbers: it is not of ${pretraining}.`,
    );
  });
  const weights: Weights = new Map(entries.map(({ name, data }) => [name, data]));
  return { entries, weights };
}

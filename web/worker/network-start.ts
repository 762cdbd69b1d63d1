/** @file The network of an experiment as a design to begin with. */
import { type Initializer, initializerConfig } from "../../models/initializers.ts";
import { InputLayer } from "../../models/layers/input.ts";
import type { Layer } from "../../models/layers/layer.ts";
import { Sequential } from "../../models/sequential.ts";
import type { ProfileName, TrainingExperiment } from "../../runner/experiment.ts";
import { type Design, type DesignedLayer, dataNames, layerOf, lossNames, writeDesign } from "../design.ts";
import { isSetting, kerasName, layerKind, layerKindNames, type Setting } from "../layer-kinds.ts";
import { optimizerNames } from "../racer.ts";
import type { FirstDesign } from "./network-protocol.ts";

/** Fewer images than the data sets have, for the first tries. */
const usualLimit = 1400;

/** As near to the experiment as the lab's forms come, and what they do not have. */
export function designFrom(experiment: TrainingExperiment, profile: ProfileName): FirstDesign {
  const leftOut: string[] = [];
  const model = experiment.network(profile);
  const [first, ...others] = model.layers;
  const input = first instanceof InputLayer ? first.shape : [];
  const isChain = model instanceof Sequential;
  if (!isChain) leftOut.push(`${model.name}: ${model.className}`);
  const layers = isChain ? others.flatMap((layer) => designed(layer, leftOut) ?? []) : [];
  const { epochs, batch, limit = usualLimit } = experiment.profiles[profile];
  const { loss, generator, callbacks } = experiment;
  const { name, learningRate } = experiment.optimizer();
  if (generator) leftOut.push("generator");
  if (callbacks) leftOut.push("callbacks");
  const design: Design = {
    input: [input[0] ?? 32, input[1] ?? 32, 3],
    layers,
    data: dataNames.find((data) => data === experiment.dataset) ?? "svhn",
    loss: lossNames.find((known) => known === loss) ?? "categorical_crossentropy",
    optimizer: optimizerNames.find((known) => known === name) ?? "adam",
    learningRate,
    batch,
    epochs,
    limit,
  };
  return { text: writeDesign(design), leftOut };
}

function designed(layer: Layer, leftOut: string[]): DesignedLayer | undefined {
  const kind = layerKindNames.find((name) => name === layer.className);
  if (!kind) {
    leftOut.push(`${layer.name}: ${layer.className}`);
    return undefined;
  }
  const { fields } = layerKind(kind);
  const settings: Record<string, Setting> = { ...layerOf(kind).settings };
  for (const [option, given] of Object.entries(layer.getConfig())) {
    if (option === "name" || given === undefined) continue;
    const value = plain(given);
    const field = Object.hasOwn(fields, option) ? fields[option] : undefined;
    if (field && isSetting(field, value)) settings[option] = value;
    else leftOut.push(`${layer.name}: ${kerasName(option)}`);
  }
  return { kind, settings };
}

/** Squares as one number, initializers as their names. */
function plain(value: unknown): unknown {
  if (Array.isArray(value) && value.length === 2 && value[0] === value[1]) return value[0];
  if (typeof value !== "function") return value;
  const { name, ...options } = initializerConfig(value as Initializer) ?? { name: undefined };
  const isPlain = Object.values(options).every((option) => option === undefined);
  return name !== undefined && isPlain ? kerasName(name) : value;
}

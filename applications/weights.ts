/** @file Trained weights for a network: which file, and what of it the network takes. */

import { requireEngine } from "../engine/arguments.ts";
import type { Engine } from "../engine/device.ts";
import { ArgumentError, FileError } from "../engine/errors.ts";
import { type OptionNames, written } from "../engine/options.ts";
import type { Model } from "../models/model.ts";
import { loadWeights } from "../models/weights/model-weights.ts";
import { readSafetensors } from "../models/weights/safetensors.ts";
import { readKerasWeights } from "./keras-weights.ts";
import { type ObtainOptions, obtainPretrained, type PretrainedFile } from "./pretrained-file.ts";

/** Which weights a network begins with, and where they come from. */
export interface PretrainedOptions extends ObtainOptions {
  /**
   * "imagenet": trained on ILSVRC-2012, the default; null: random, to be trained; or the path of a file with the names of the
   * network's weights
   */
  readonly weights?: "imagenet" | (string & {}) | null;
  /** where the weights are put at once, so that predict() works without compile() */
  readonly engine?: Engine;
}

export const pretrainedOptionNames: OptionNames<PretrainedOptions> = {
  weights: true,
  engine: true,
  data: true,
  allowDownload: true,
  onProgress: true,
  address: true,
};

/** The options that are the architecture's. */
export function architectureOptions<Options extends object>(
  options: Options & PretrainedOptions,
): Omit<Options, keyof PretrainedOptions> {
  const own = Object.entries(options).filter(([name]) => !Object.hasOwn(pretrainedOptionNames, name));
  return Object.fromEntries(own) as Omit<Options, keyof PretrainedOptions>;
}

/** What a network's trained weights are. */
export interface Trained {
  readonly file: PretrainedFile;
  /** the layer of the classifier, whose weights are left out where the network ends before it */
  readonly classifier: string;
}

/**
 * Sets the weights as `weights` says, and puts them on the engine if one is given.
 * @throws FileError if the file is not there, or does not fit; ArgumentError for what is no choice of weights
 */
export async function applyWeights(
  network: Model,
  { file, classifier }: Trained,
  options: PretrainedOptions & { readonly classes?: number },
): Promise<void> {
  const { weights = "imagenet", engine, classes = 1000 } = options;
  if (engine !== undefined) requireEngine(network.name, engine);
  if (weights !== null && (typeof weights !== "string" || weights === ""))
    throw new ArgumentError(
      `${network.name}: weights must be "imagenet", null or the path of a file, got ${written(weights)}.`,
    );
  if (weights === "imagenet" && classes !== 1000)
    throw new ArgumentError(
      `${network.name}: the classifier that was trained on ImageNet has 1000 classes, not ${classes}. Take includeTop: false and a ` +
        "classifier of your own, or weights: null.",
    );
  if (weights !== null) {
    const path = weights === "imagenet" ? await obtainPretrained(file, options) : weights;
    await readWeights(network, path, classifier);
  }
  if (engine) network.initialize(engine, 1);
}

/** From safetensors, or a file of Keras (.h5). */
async function readWeights(network: Model, path: string, classifier: string): Promise<void> {
  const isKeras = /\.(h5|hdf5)$/i.test(path);
  const tensors = isKeras ? await readKerasWeights(path, network) : (await readSafetensors(path)).tensors;
  const complete = network.layers.some(({ name }) => name === classifier);
  const surplus = !complete && [...tensors.keys()].some((name) => name.startsWith(`${classifier}/`));
  try {
    await loadWeights(network, tensors, surplus ? { skip: classifier } : {});
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    throw new FileError(error.message.replace("The map", path), { cause: error });
  }
}

/** @file SqueezeNet with the weights that its authors trained on ImageNet. */
import { checkOptionNames } from "../engine/options.ts";
import type { Model } from "../models/model.ts";
import { squeezenet as network, type SqueezeNetOptions } from "../models/networks/squeezenet.ts";
import type { PretrainedFile } from "./pretrained-file.ts";
import {
  applyWeights,
  architectureOptions,
  type PretrainedOptions,
  pretrainedOptionNames,
} from "./weights.ts";

/** Decoded from the compressed model that the authors publish, which has no f32 file of its own. */
const file: PretrainedFile = {
  name: "squeezenet_v1.0.safetensors",
  md5: "4658ddd2f13e6535138714a717c2ae22",
  folder: "squeezenet",
  addresses: [],
  source: "the data for development, decoded from the release of https://github.com/forresti/SqueezeNet",
};

/**
 * SqueezeNet 1.0 with trained weights; `includeTop` is true unless given. It takes photographs as preprocessInput() makes them.
 * @throws FileError if the weights are not in the data folder; ArgumentError for an option that it does not have
 */
export async function squeezenet(options: SqueezeNetOptions & PretrainedOptions = {}): Promise<Model> {
  checkOptionNames<SqueezeNetOptions & PretrainedOptions>("squeezenet", options, {
    ...{ inputShape: true, includeTop: true, classes: true, pooling: true },
    ...pretrainedOptionNames,
  });
  const model = network({ includeTop: true, ...architectureOptions(options) });
  await applyWeights(model, { file, classifier: "conv10" }, options);
  return model;
}

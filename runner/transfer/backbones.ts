/** @file The networks that transfer may begin with: what each makes of a photograph, and how it wants it. */
import { PreprocessInput } from "../../applications/index.ts";
import { Input, type Model, sequential } from "../../models/index.ts";
import { cifarResnetFeatures } from "../../models/networks/resnet-cifar.ts";
import { resnet50 } from "../../models/networks/resnet50.ts";
import { squeezenet } from "../../models/networks/squeezenet.ts";
import type { ProfileName } from "../experiment.ts";
import type { BackboneName } from "./backbone-names.ts";

export interface Backbone {
  /** in sentences */
  readonly title: string;
  /** height and width of the photographs */
  readonly size: number;
  /** PIL's rule of resizing them */
  readonly filter: "nearest" | "bilinear";
  /** in words: what the network gets of the bytes */
  readonly inputs: string;
  /** bytes are multiplied by it; what else is done to them the network does itself */
  readonly scale: number;
  /** numbers of its averaged output */
  readonly features: number;
  /** they are so large that a head learns from them only when brought to mean 0 and deviation 1 */
  readonly standardizes: boolean;
  /** of SGD when the whole network is trained, where the experiment's would destroy it; --set lr goes before it */
  readonly wholeLearningRate?: number;
  /** without weights, from photographs, R G B, to a feature map [h, w, c] */
  readonly network: (profile: ProfileName) => Model;
}

/** Blocks in each of the three stages of what caltech-pretrain trains. */
export const cifarBlocks: Readonly<Record<ProfileName, number>> = { full: 3, quick: 1 };

export const backbones: Readonly<Record<BackboneName, Backbone>> = {
  resnet50: {
    title: "ResNet-50, trained on ImageNet",
    size: 224,
    filter: "nearest",
    inputs: "channels B G R minus (103.939, 116.779, 123.68)",
    scale: 1,
    features: 2048,
    standardizes: false,
    network: () => preprocessed("resnet50", resnet50()),
  },
  squeezenet: {
    title: "SqueezeNet v1.0, trained on ImageNet",
    size: 227,
    filter: "bilinear",
    inputs: "channels B G R minus (104, 117, 123)",
    scale: 1,
    features: 512,
    standardizes: true,
    // it has no batch normalisation: at the practical's 0.01 all units of its last layers are dead after three epochs
    wholeLearningRate: 0.001,
    network: () => preprocessed("squeezenet", squeezenet()),
  },
  cifar: {
    title: "a small ResNet of our own, trained on CIFAR-10",
    size: 32,
    filter: "bilinear",
    inputs: "channels R G B divided by 255",
    scale: 1 / 255,
    features: 64,
    standardizes: false,
    network: (profile) => cifarResnetFeatures(cifarBlocks[profile]),
  },
};

/** What config.json records: the network, what it gets, and what is done to what it gives. */
export function describeBackbone(name: BackboneName): string {
  const { title, size, filter, inputs, features, standardizes } = backbones[name];
  const after = standardizes ? ", standardized by the training photographs" : "";
  return `${title}: photographs of ${size}x${size} (${filter}), ${inputs}; ${features} features${after}`;
}

/** Takes photographs as bytes: the mean is subtracted on the GPU. */
function preprocessed(name: "resnet50" | "squeezenet", network: Model): Model {
  return sequential([Input(network.inputShape), PreprocessInput(name), network], {
    name: `${name}_on_bytes`,
  });
}

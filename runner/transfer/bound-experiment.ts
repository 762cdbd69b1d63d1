/** @file An experiment of transfer with the network of one run: on the chosen backbone, for the classes of the data. */

import type { Optimizer } from "../../kernels/optimizers/index.ts";
import { BatchNormalization } from "../../models/layers/batch-normalization.ts";
import { GlobalAveragePooling2D } from "../../models/layers/index.ts";
import { type Model, model } from "../../models/model.ts";
import { optimizerNamed } from "../changes.ts";
import type { ProfileName, TrainingExperiment, Transfer } from "../experiment.ts";
import type { RunSettings } from "../store/schemas.ts";
import type { BackboneName } from "./backbone-names.ts";
import { backbones } from "./backbones.ts";

/** The layer whose statistics are those of the training photographs' features. */
export const standardizationName = "standardization";

/** Others than those of transfer come back as they are. */
export function boundExperiment(
  experiment: TrainingExperiment,
  { backbone, changes }: Pick<RunSettings, "backbone" | "changes">,
  classes: number,
): TrainingExperiment {
  const { transfer, optimizer } = experiment;
  if (!transfer || !backbone) return experiment;
  const network = (profile: ProfileName) => networkOn(transfer, backbone, profile, classes);
  const rate = transfer.trains === "whole" ? backbones[backbone].wholeLearningRate : undefined;
  if (rate === undefined || changes.learningRate !== undefined || changes.optimizer !== undefined)
    return { ...experiment, network };
  return { ...experiment, network, optimizer: () => withRate(optimizer(), rate) };
}

function withRate({ name, config }: Optimizer, learningRate: number): Optimizer {
  const { name: _, scheduled: __, ...options } = config;
  const kept = Object.entries(options).filter(([, value]) => value !== null);
  return optimizerNamed("optimizer", name)({ ...Object.fromEntries(kept), learningRate });
}

function networkOn(transfer: Transfer, name: BackboneName, profile: ProfileName, classes: number): Model {
  const { features, standardizes, network } = backbones[name];
  if (transfer.trains === "head") return transfer.network({ features, classes });
  return transfer.network({
    backbone: network(profile),
    standardize: standardizes ? [standardization()] : [],
    classes,
  });
}

/** Frozen: in training too it subtracts the moving mean and divides by the root of the moving variance, which stay as they are. */
function standardization() {
  return BatchNormalization({ name: standardizationName, trainable: false, epsilon: 1e-6 });
}

/** From photographs to averaged features. */
export function pooled(backbone: Model): Model {
  const [map] = backbone.outputs;
  return model({ inputs: backbone.inputs[0]!, outputs: GlobalAveragePooling2D().apply(map!) });
}

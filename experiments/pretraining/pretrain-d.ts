/** @file pretrain-d: pre-training with tanh and ReLU units. */
import { pretrainNetwork } from "../../models/networks/pretrain-mlp.ts";
import type { StudyExperiment } from "../../runner/experiment.ts";
import type { Study } from "../../runner/study/study.ts";
import { pretrain } from "./greedy.ts";
import { compareSchemes, measureMain } from "./outcome.ts";
import { binaryFineTuning, greedy } from "./pretrain-b.ts";
import { hiddenUnits, notebookError, pretrainingQuestion, quickNetwork, recipe } from "./source.ts";

export const pretrainD: StudyExperiment = {
  id: "pretrain-d",
  kind: "study",
  title: "MNIST: pre-training with tanh and ReLU",
  source: pretrainingQuestion("d"),
  question:
    `Repeat (b) with tanh and with ReLU units.\n\n${greedy} ${recipe}\n\n` +
    "As in the notebook, tanh stands in encoder and decoder, ReLU in the encoder before a sigmoid decoder. Binary cross-entropy " +
    "expects values between 0 and 1. Outputs of tanh below 0 count as 1e-7 and have no gradient, so they are not corrected: that is " +
    "behind the notebook's 2.82 %. The second autoencoder's targets are the codes of the first: below 0 with tanh, above 1 with " +
    "ReLU, where the loss has no smallest value but that of the clipping. The notebook titles its tanh run denoising, without noise " +
    "in it.",
  dataset: "mnist",
  validation: "first",
  main: {
    part: () => "relu-finetuned",
    parameters: 1_796_010,
    network: (profile) => pretrainNetwork({ activation: "relu", hidden: hiddenUnits(profile) }),
  },
  published: [
    notebookError("Test error with ReLU", "test_error", 0.0194),
    notebookError("Test error with tanh", "tanh_test_error", 0.0282),
  ],
  profiles: {
    full: { epochs: 50, batch: 25, description: "the experiment as the assignment states it" },
    quick: { epochs: 4, batch: 25, limit: 5000, testLimit: 2000, description: quickNetwork },
  },
  literal: { explanation: binaryFineTuning },
  run,
};

async function run(study: Study): Promise<void> {
  const tanh = await pretrain(study, { name: "tanh", encoder: "tanh", decoder: "tanh" });
  const relu = await pretrain(study, { name: "relu", encoder: "relu", decoder: "sigmoid" });
  measureMain(study, relu.after, relu.classifier);
  await compareSchemes(study, [relu, tanh], []);
}

/** @file pretrain-c: layers pre-trained by denoising autoencoders. */
import { pretrainNetwork } from "../../models/networks/pretrain-mlp.ts";
import type { StudyExperiment } from "../../runner/experiment.ts";
import type { Study } from "../../runner/study/study.ts";
import { draws } from "../denoising/source.ts";
import { trainClassifier } from "./classifier.ts";
import { pretrain, type Scheme } from "./greedy.ts";
import { compareSchemes, measureMain } from "./outcome.ts";
import { binaryFineTuning, greedy, sigmoidScheme } from "./pretrain-b.ts";
import { hiddenUnits, pretrainingQuestion, quickNetwork, recipe } from "./source.ts";

const denoisingScheme: Scheme = { name: "denoising", encoder: "sigmoid", decoder: "sigmoid", keep: 0.75 };

export const pretrainC: StudyExperiment = {
  id: "pretrain-c",
  kind: "study",
  title: "MNIST: layers pre-trained by denoising autoencoders",
  source: pretrainingQuestion("c"),
  question:
    "Pre-train each layer of the network of (a) by a denoising autoencoder, and compare with (a) and (b).\n\n" +
    `${greedy} A quarter of the inputs of each is masked: of the images for the first, of its codes of clean images for the ` +
    `second (Vincent et al. 2010). ${draws} ${recipe}\n\n` +
    "The notebook's section with this title trains with tanh units and without noise: its 2.82 % belong to (d). The sheet asks to " +
    'compare "with (a), (b) and (c)". Finished runs of pretrain-a and pretrain-b with the same settings give their networks; ' +
    "otherwise they are trained here.",
  dataset: "mnist",
  validation: "first",
  takesNoise: true,
  main: {
    part: () => "denoising-finetuned",
    parameters: 1_796_010,
    network: (profile) => pretrainNetwork({ hidden: hiddenUnits(profile) }),
  },
  published: [],
  profiles: {
    full: { epochs: 50, batch: 25, description: "the experiment as the assignment states it" },
    quick: { epochs: 4, batch: 25, limit: 4000, testLimit: 2000, description: quickNetwork },
  },
  literal: { explanation: binaryFineTuning },
  run,
};

async function run(study: Study): Promise<void> {
  const scratch = await trainClassifier(study, "scratch-adam", { activation: "sigmoid" });
  const basic = await pretrain(study, sigmoidScheme);
  const denoising = await pretrain(study, denoisingScheme);
  measureMain(study, denoising.after, denoising.classifier);
  await compareSchemes(study, [denoising, basic], [{ label: "no pre-training", part: scratch }]);
}

/** @file svhn-f: a better network, chosen on a validation set. */
import { adam } from "../../kernels/optimizers/index.ts";
import { LearningRateScheduler } from "../../models/callbacks/learning-rate-scheduler.ts";
import { svhnCNetwork } from "../../models/networks/svhn-c.ts";
import { svhnFNetwork } from "../../models/networks/svhn-f.ts";
import { halving } from "../../models/schedules.ts";
import type { SweepExperiment, TrainingExperiment, Trial } from "../../runner/experiment.ts";
import { epsilon } from "../keras-2-0.ts";
import { svhnC } from "./svhn-c.ts";
import { svhnQuestion } from "./svhn-source.ts";

const profiles = {
  full: { epochs: 15, batch: 128, description: "4 candidates on nine tenths of the training images" },
  quick: {
    epochs: 5,
    batch: 16,
    limit: 1200,
    testLimit: 300,
    description: "narrower candidates (4 filters first, two blocks, 64 or 128 hidden units)",
  },
};

/** What the candidates have in common. */
const base: TrainingExperiment = {
  ...svhnC,
  id: "svhn-f",
  loss: "categorical_crossentropy",
  metrics: { accuracy: "categorical_accuracy" },
  optimizer: () => adam({ learningRate: 1e-3, epsilon }),
  callbacks: () => [LearningRateScheduler(halving({ initial: 1e-3, every: 3 }))],
  validation: { take: "random", fraction: 0.1 },
  profiles,
};

export const svhnF: SweepExperiment = {
  id: "svhn-f",
  kind: "sweep",
  title: "SVHN: an improved network",
  source: svhnQuestion("f"),
  question:
    "Propose an improvement of the network of (c) that lowers the test error. Hold out a validation set if you have to choose " +
    "between architectures.\n\n" +
    "A tenth of the training images, drawn by the seed, is held out, and the candidate with the highest validation accuracy is " +
    "chosen; the test set has no say. The candidates: the network of (c) with the loss that fits a softmax (categorical " +
    "cross-entropy) and Adam; three blocks of two 3x3 convolutions with dropout in its place; the same with batch " +
    "normalisation; and that one trained on images shifted by up to a tenth and turned by up to 10 degrees. Digits are not " +
    "mirrored. The learning rate starts at 0.001 and is halved every 3 epochs. The aim is 95 % on the official test set.",
  dataset: "svhn",
  parameters: 1_058_726,
  published: svhnC.published,
  profiles,
  trials: () => [
    candidate("c-adam", "network of (c), cross-entropy, Adam", {
      network: (profile) =>
        svhnCNetwork(profile === "quick" ? { first: 4, second: 16, hidden: 128 } : undefined),
    }),
    candidate("blocks", "3x3 in pairs, dropout", { network: blocks(false) }),
    candidate("blocks-bn", "3x3 in pairs, dropout, batch normalisation", { network: blocks(true) }),
    candidate("blocks-bn-moved", "the same, on moved images", {
      network: blocks(true),
      generator: () => ({ widthShiftRange: 0.1, heightShiftRange: 0.1, rotationRange: 10 }),
    }),
  ],
  best: { measure: "val_accuracy", mode: "max" },
};

function blocks(normalize: boolean): TrainingExperiment["network"] {
  return (profile) =>
    profile === "quick"
      ? svhnFNetwork({ filters: 4, blocks: 2, hidden: 64, normalize })
      : svhnFNetwork({ filters: 32, blocks: 3, hidden: 256, normalize });
}

function candidate(
  name: string,
  text: string,
  parts: Pick<TrainingExperiment, "network"> & Pick<Partial<TrainingExperiment>, "generator">,
): Trial {
  const parameters = parts.network("full").parameterCount;
  const experiment = { ...base, ...parts, title: `SVHN: ${text}`, parameters };
  return { name, factors: { candidate: text }, experiment };
}

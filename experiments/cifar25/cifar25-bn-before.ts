/** @file cifar25-bn-before: the improved network with batch normalisation before each relu. */
import { cifar25ImprovedNetwork } from "../../models/networks/cifar25-improved.ts";
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { cifar25Improved, quickWidth } from "./cifar25-improved.ts";
import { cifar25Figures, cifar25Section } from "./cifar25-source.ts";

export const cifar25NormalizedBefore: TrainingExperiment = {
  ...cifar25Improved,
  id: "cifar25-bn-before",
  title: "CIFAR-25: batch normalisation before relu",
  source: cifar25Section("3.2, normalisation before"),
  question:
    "Does batch normalisation improve the network, and should it come before or after the activation? Here: before it.\n\n" +
    "Each of the four convolutions is normalised. Images, validation and stopping are those of the improved network.",
  parameters: 1_259_321,
  network: (profile) =>
    cifar25ImprovedNetwork({ normalize: "before", ...(profile === "quick" ? { width: quickWidth } : {}) }),
  published: cifar25Figures(0.9689, 0.6968),
};

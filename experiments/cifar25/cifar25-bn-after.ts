/** @file cifar25-bn-after: the improved network with batch normalisation after each relu. */
import { cifar25ImprovedNetwork } from "../../models/networks/cifar25-improved.ts";
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { cifar25Improved, quickWidth } from "./cifar25-improved.ts";
import { cifar25Figures, cifar25Section } from "./cifar25-source.ts";

export const cifar25NormalizedAfter: TrainingExperiment = {
  ...cifar25Improved,
  id: "cifar25-bn-after",
  title: "CIFAR-25: batch normalisation after relu",
  source: cifar25Section("3.2, normalisation after"),
  question:
    "Does batch normalisation improve the network, and should it come before or after the activation? Here: after it.\n\n" +
    "Each of the four convolutions is normalised. Images, validation and stopping are those of the improved network.",
  parameters: 1_259_321,
  network: (profile) =>
    cifar25ImprovedNetwork({ normalize: "after", ...(profile === "quick" ? { width: quickWidth } : {}) }),
  published: cifar25Figures(1.0282, 0.6844),
};

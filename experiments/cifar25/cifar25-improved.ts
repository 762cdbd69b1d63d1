/** @file cifar25-improved: a deeper network with dropout. */
import { cifar25ImprovedNetwork } from "../../models/networks/cifar25-improved.ts";
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { cifar25BaseAugmented } from "./cifar25-base-aug.ts";
import { cifar25Figures, cifar25Section } from "./cifar25-source.ts";

export const quickWidth = 1 / 4;

export const cifar25Improved: TrainingExperiment = {
  ...cifar25BaseAugmented,
  id: "cifar25-improved",
  title: "CIFAR-25: an improved network",
  source: cifar25Section("3.2"),
  question:
    "Design a network with more power: two blocks of two convolutions, each followed by pooling and dropout, and a hidden layer " +
    "of 512 with dropout. Train it on the images that did best with BaseNet, normalised and augmented.\n\n" +
    "At most 100 epochs; training stops after 10 without a better validation accuracy.",
  parameters: 1_258_553,
  network: (profile) => cifar25ImprovedNetwork(profile === "quick" ? { width: quickWidth } : {}),
  published: cifar25Figures(1.2675, 0.6108),
  profiles: {
    full: { epochs: 100, batch: 32, description: "the experiment as the practical states it" },
    quick: {
      epochs: 5,
      batch: 32,
      limit: 2500,
      testLimit: 500,
      description: "a network a quarter as wide (8 and 16 filters, 128 hidden units)",
    },
  },
};

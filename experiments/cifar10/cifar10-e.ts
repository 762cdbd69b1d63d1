/** @file cifar10-e: two convolutions before each pooling, in three orders of filter sizes. */
import { type Cifar10EFilters, cifar10ENetwork } from "../../models/networks/cifar10-e.ts";
import type { SweepExperiment, TrainingExperiment, Trial } from "../../runner/experiment.ts";
import { cifar10D } from "./cifar10-d.ts";
import { cifar10Question } from "./cifar10-source.ts";

const quickSizes = { first: 8, second: 16, hidden: 64 };

const profiles = {
  full: { epochs: 25, batch: 32, description: "the experiment as the assignment states it" },
  quick: {
    epochs: 4,
    batch: 32,
    limit: 1200,
    testLimit: 300,
    description: "smaller networks (8 and 16 filters, 64 hidden units instead of 64, 128 and 512)",
  },
};

export const cifar10E: SweepExperiment = {
  id: "cifar10-e",
  kind: "sweep",
  title: "CIFAR-10: pairs of convolutions, three orders of filter sizes",
  source: cifar10Question("e"),
  question:
    "A pooling behind every convolution may shrink the image too early. Try C x C x P x C x C x P x F x F, with 64 filters in " +
    "the first two convolutions and 128 in the last two. What makes more sense: filters of one size, larger ones in the " +
    "second part and smaller ones in the first, or the other way round? The network should pass 70 % validation accuracy before " +
    "5 epochs, but overfits more easily, so add a regulariser. Plot the errors of training, validation and test set by " +
    "epoch, up to about 25.\n\n" +
    "The regulariser is the source's dropout, a quarter behind each pooling and half before the output. Sizes are 3x3 " +
    "throughout, 5x5 in the first part, and 5x5 in the second; the optimizer is that of (d). The order with the highest " +
    "validation accuracy is the best one.",
  dataset: "cifar10",
  parameters: 4_460_106,
  published: [
    {
      name: "Validation accuracy, best of epochs 1 to 5",
      measure: "first_5_val_accuracy",
      value: 0.7,
      source: "the text of the question: more than that before 5 epochs",
    },
  ],
  profiles,
  trials: () => [
    trial("3x3 throughout", { first: 3, second: 3 }),
    trial("5x5, then 3x3", { first: 5, second: 3 }),
    trial("3x3, then 5x5", { first: 3, second: 5 }),
  ],
  best: { measure: "val_accuracy", mode: "max" },
};

function trial(text: string, filters: Cifar10EFilters): Trial {
  return {
    name: `filters${filters.first}-${filters.second}`,
    factors: { filters: text },
    experiment: withFilters(text, filters),
  };
}

function withFilters(text: string, filters: Cifar10EFilters): TrainingExperiment {
  return {
    ...cifar10D,
    id: "cifar10-e",
    title: `CIFAR-10: pairs of convolutions, ${text}`,
    source: cifar10Question("e"),
    parameters: cifar10ENetwork(filters).parameterCount,
    network: (profile) => cifar10ENetwork(filters, profile === "quick" ? quickSizes : undefined),
    profiles,
  };
}

/** @file cifar10-f: convolutions with stride 2 in place of pooling. */
import { cifar10FNetwork } from "../../models/networks/cifar10-f.ts";
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { cifar10D } from "./cifar10-d.ts";
import { cifar10Question } from "./cifar10-source.ts";

export const cifar10F: TrainingExperiment = {
  ...cifar10D,
  id: "cifar10-f",
  title: "CIFAR-10: strided convolutions in place of pooling",
  source: cifar10Question("f"),
  question:
    "Poolings can be replaced by convolutions with stride 2. Does that reduce the dimensions? Verify how the shape of an image " +
    "changes on its way through. Train the network with the method you prefer and plot the errors of training, validation " +
    "and test set by epoch, up to about 25.\n\n" +
    "The strided convolutions have 64 filters of 3x3 without padding, as in the source: they turn 32x32 into 15x15, and that " +
    "into 7x7. The optimizer is that of (d).",
  parameters: 1_982_154,
  network: (profile) => cifar10FNetwork(profile === "quick" ? { width: 1 / 8 } : undefined),
  profiles: {
    full: { epochs: 25, batch: 32, description: "the experiment as the assignment states it" },
    quick: {
      epochs: 5,
      batch: 32,
      limit: 2000,
      testLimit: 500,
      description: "a network an eighth as wide (8 and 16 filters, 64 hidden units)",
    },
  },
};

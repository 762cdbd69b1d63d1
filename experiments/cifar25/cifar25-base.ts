/** @file cifar25-base: BaseNet on plain images. */
import { cifar25BaseNetwork } from "../../models/networks/cifar25-base.ts";
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { cifar25Figures, cifar25Optimizer, cifar25Section } from "./cifar25-source.ts";

export const cifar25Base: TrainingExperiment = {
  id: "cifar25-base",
  kind: "training",
  title: "CIFAR-25: BaseNet",
  source: cifar25Section("2"),
  question:
    "Create the model BaseNet and train it on the first 25 classes of CIFAR-100: 12,500 training images, of which a tenth " +
    "validates, and 2,500 test images.\n\n" +
    "Pixels are divided by 255. fit() holds out the last tenth. Layers, batches of 32 and 20 epochs are those of the author's " +
    "public code.",
  dataset: "cifar25",
  parameters: 24_197,
  network: () => cifar25BaseNetwork(),
  optimizer: cifar25Optimizer,
  loss: "categorical_crossentropy",
  metrics: { accuracy: "categorical_accuracy" },
  validation: { take: "last", fraction: 0.1 },
  published: cifar25Figures(2.8958, 0.3548),
  profiles: {
    full: { epochs: 20, batch: 32, description: "the experiment as the practical states it" },
    quick: { epochs: 6, batch: 32, limit: 4000, testLimit: 1000, description: "fewer images and epochs" },
  },
};

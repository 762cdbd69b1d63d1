/** @file cifar100-nn: the plain network that the CNN is compared with. */
import { sgd } from "../../kernels/optimizers/index.ts";
import { cifar100DenseNetwork } from "../../models/networks/cifar100-nn.ts";
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { cifar100Part } from "./cifar100-source.ts";

export const cifar100Plain: TrainingExperiment = {
  id: "cifar100-nn",
  kind: "training",
  title: "CIFAR-100: a plain network",
  source: cifar100Part("the simple network of part 1"),
  question:
    "Train a network of dense layers on CIFAR-100, to compare the convolutional one with.\n\n" +
    "The article's first part is not among the sources: layers of 1000, 500 and 100 are those of a public script that credits " +
    "the series. Optimizer, batches and epochs are those of the second part, and as there the test set validates.",
  dataset: "cifar100",
  parameters: 3_623_600,
  network: (profile) => cifar100DenseNetwork(profile === "quick" ? { width: 1 / 10 } : undefined),
  optimizer: () => sgd({ learningRate: 0.01 }),
  loss: "categorical_crossentropy",
  metrics: { accuracy: "categorical_accuracy", mean_squared_error: "mean_squared_error" },
  validation: "test",
  published: [],
  profiles: {
    full: { epochs: 10, batch: 32, description: "the experiment as the article states it" },
    quick: {
      epochs: 3,
      batch: 16,
      limit: 1200,
      testLimit: 300,
      description: "a network a tenth as wide (100 and 50 hidden units)",
    },
  },
};

/** @file cifar10-b: the network of the section, its shapes and parameters. */
import { sgd } from "../../kernels/optimizers/index.ts";
import { cifar10BNetwork } from "../../models/networks/cifar10-b.ts";
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { cifar10Question, cifar10Validation } from "./cifar10-source.ts";

const quickSizes = { filters: 16, hidden: 64 };

export const cifar10B: TrainingExperiment = {
  id: "cifar10-b",
  kind: "training",
  title: "CIFAR-10: a CNN with two convolutions, its shapes",
  source: cifar10Question("b"),
  question:
    "Define a CNN of the form C x P x C x P x F x F, with 64 filters of 3x3 in both convolutions, relu, poolings of 2x2 and a " +
    "hidden layer of 512 neurons. Show in as compact a scheme as possible how the shape of an image changes on its way " +
    "through, and the number of parameters of each layer.\n\n" +
    "The question asks for the scheme only. So that the network can be tried out, it is also trained here for a few epochs of " +
    "plain gradient descent, with a rate of 0.01; (c) and (d) train it as the text says.",
  dataset: "cifar10",
  parameters: 2_141_514,
  network: (profile) => cifar10BNetwork(profile === "quick" ? quickSizes : undefined),
  optimizer: () => sgd({ learningRate: 0.01 }),
  loss: "categorical_crossentropy",
  metrics: { accuracy: "categorical_accuracy" },
  validation: cifar10Validation,
  published: [],
  profiles: {
    full: { epochs: 5, batch: 32, description: "the network of the assignment" },
    quick: {
      epochs: 3,
      batch: 32,
      limit: 3000,
      testLimit: 500,
      description: "a smaller network (16 filters per convolution, 64 hidden units instead of 64 and 512)",
    },
  },
};

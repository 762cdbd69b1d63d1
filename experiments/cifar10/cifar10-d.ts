/** @file cifar10-d: the same network with RMSprop. */
import { rmsprop } from "../../kernels/optimizers/index.ts";
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { epsilon } from "../keras-2-0.ts";
import { cifar10B } from "./cifar10-b.ts";
import { cifar10Question } from "./cifar10-source.ts";

export const cifar10D: TrainingExperiment = {
  ...cifar10B,
  id: "cifar10-d",
  title: "CIFAR-10: RMSprop",
  source: cifar10Question("d"),
  question:
    "Train the CNN of (b) with RMSprop for 25 epochs. Choose the loss that fits this problem best. Plot the errors of the " +
    "training, validation and test sets by epoch.\n\n" +
    "The loss is the categorical cross-entropy: the outputs are a distribution over 10 classes of which one is right, and its " +
    "gradient behind a softmax is the difference of distribution and label. Rate 1e-3 and decay 1e-6 are the source's, epsilon is that of its Keras 2.0, 1e-8.",
  optimizer: () => rmsprop({ learningRate: 1e-3, decay: 1e-6, epsilon }),
  profiles: {
    full: { epochs: 25, batch: 32, description: "the experiment as the assignment states it" },
    quick: {
      epochs: 6,
      batch: 32,
      limit: 3000,
      testLimit: 500,
      description: "a smaller network (16 filters per convolution, 64 hidden units instead of 64 and 512)",
    },
  },
};

/** @file cifar10-c: gradient descent whose rate is halved every 10 epochs. */
import { sgd } from "../../kernels/optimizers/index.ts";
import { LearningRateScheduler } from "../../models/callbacks/learning-rate-scheduler.ts";
import { halving } from "../../models/schedules.ts";
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { cifar10B } from "./cifar10-b.ts";
import { cifar10Question } from "./cifar10-source.ts";

const initial = 1e-3;

export const cifar10C: TrainingExperiment = {
  ...cifar10B,
  id: "cifar10-c",
  title: "CIFAR-10: gradient descent with a falling rate",
  source: cifar10Question("c"),
  question:
    "Train the CNN of (b) with SGD. A rate of 1e-4 or less is safe here, but slow in the first epochs. So start at 1e-3, halve " +
    "the rate every 10 epochs, and never go below 1e-5. Define this rule and train for 25 epochs. Plot the errors of the " +
    "training, validation and test sets by epoch.\n\n" +
    'The text says "the CNN defined in (a)"; meant is (b). The batch size is not given: 32, the default of Keras.',
  optimizer: () => sgd({ learningRate: initial }),
  callbacks: () => [LearningRateScheduler(halving({ initial, every: 10, floor: 1e-5 }))],
  profiles: {
    full: { epochs: 25, batch: 32, description: "the experiment as the assignment states it" },
    quick: {
      epochs: 6,
      batch: 8,
      limit: 3000,
      testLimit: 500,
      description:
        "a smaller network (16 filters per convolution, 64 hidden units instead of 64 and 512); the rate is not halved yet",
    },
  },
};

/** @file svhn-i: the network of (c) on all 604,388 training images. */
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { svhnC } from "./svhn-c.ts";
import { svhnQuestion } from "./svhn-source.ts";

export const svhnI: TrainingExperiment = {
  ...svhnC,
  id: "svhn-i",
  title: "SVHN: training with the extra set",
  source: svhnQuestion("i"),
  question:
    'Is it worth training on the whole data set, with "extra_32x32.mat"? (Optional, for a bonus.)\n\n' +
    "Network, loss and optimizer are those of (c). The 531,131 extra images are easier than those of the small training set, " +
    "which makes 604,388 in all, 1.86 GB of bytes. They are kept on the GPU in pieces below the binding limit; where they do " +
    "not fit, they stay in main memory and each batch is copied when it is needed, with the same results.",
  dataset: "svhn-extra",
  profiles: {
    full: { epochs: 10, batch: 1280, description: "the experiment as the assignment states it" },
    quick: svhnC.profiles.quick,
  },
};

/** @file cifar25-bn-after-zca: the network with batch normalisation after relu, on whitened images. */
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { cifar25NormalizedAfter } from "./cifar25-bn-after.ts";
import { cifar25Figures, cifar25Section, whitenedInputs, whiteningText } from "./cifar25-source.ts";

const { full, quick } = cifar25NormalizedAfter.profiles;

export const cifar25NormalizedWhitened: TrainingExperiment = {
  ...cifar25NormalizedAfter,
  id: "cifar25-bn-after-zca",
  title: "CIFAR-25: batch normalisation after relu, ZCA whitening",
  source: cifar25Section("3.2, normalisation after, with whitening"),
  question:
    "Does a larger network gain from whitening, where BaseNet did not? The network with batch normalisation after the " +
    "activation, on images that are centred, whitened and mirrored at random.",
  generator: whitenedInputs,
  published: cifar25Figures(1.1021, 0.6764),
  profiles: {
    full,
    quick: { ...quick, limit: 2000, epochs: 4, description: `${quick.description}; ${whiteningText}` },
  },
};

/** @file cifar25-base-zca: BaseNet on whitened images. */
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { cifar25BaseAugmented } from "./cifar25-base-aug.ts";
import { cifar25Figures, cifar25Section, whitenedInputs, whiteningText } from "./cifar25-source.ts";

const { full, quick } = cifar25BaseAugmented.profiles;

export const cifar25BaseWhitened: TrainingExperiment = {
  ...cifar25BaseAugmented,
  id: "cifar25-base-zca",
  title: "CIFAR-25: BaseNet with ZCA whitening",
  source: cifar25Section("3.1, with whitening"),
  question:
    "Improve the model by data augmentation: images centred, whitened (ZCA) and mirrored at random.\n\n" +
    "Whitening multiplies each image by (S + 1e-6)^-1/2, with S the 3,072 x 3,072 matrix of second moments of all centred " +
    "training images. It is fitted in double precision, takes minutes, and is kept in the data folder. Validation and stopping " +
    "are those of the run without whitening.",
  generator: whitenedInputs,
  published: cifar25Figures(2.0143, 0.4304),
  profiles: {
    full,
    quick: {
      ...quick,
      epochs: 4,
      limit: 2000,
      testLimit: 500,
      description: `${quick.description}; ${whiteningText}`,
    },
  },
};

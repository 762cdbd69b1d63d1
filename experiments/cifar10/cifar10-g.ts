/** @file cifar10-g: does augmentation help, and which part of it? */
import type { GeneratorSetup, SweepExperiment, Trial } from "../../runner/experiment.ts";
import { cifar10D } from "./cifar10-d.ts";
import { cifar10Question } from "./cifar10-source.ts";

const shifts = { widthShiftRange: 0.1, heightShiftRange: 0.1 };
const quickTrials = ["none", "source", "vertical", "rotations"];

const profiles = {
  full: { epochs: 25, batch: 32, description: "7 ways of augmentation, 25 epochs each" },
  quick: {
    epochs: 3,
    batch: 32,
    limit: 1500,
    testLimit: 300,
    description:
      "4 of 7 ways; a smaller network (16 filters per convolution, 64 hidden units instead of 64 and 512)",
  },
};

export const cifar10G: SweepExperiment = {
  id: "cifar10-g",
  kind: "sweep",
  title: "CIFAR-10: augmentation",
  source: cifar10Question("g"),
  question:
    "One way to regularise a vision network is to add training images by simple transformations: rotations, shifts, and " +
    "reflections, horizontal and vertical. Why could that help? Is it worth it? Find out by experiment.\n\n" +
    "The network and its training are those of (d), once without augmentation, once with that of the source (shifts by up to " +
    "a tenth and horizontal flips), and once with each kind alone: shifts, rotations by up to 15 degrees, horizontal flips, " +
    "vertical flips; and with all of them. Every epoch sees every image once, transformed anew. Validation and test images " +
    "stay as they are. The source's steps per epoch, N // batch, leave out the last batch if it is not full; here it is " +
    "trained on.",
  dataset: "cifar10",
  parameters: 2_141_514,
  published: [],
  profiles,
  trials: (profile) => {
    const all = [
      trial("none", "none"),
      trial("source", "shifts, horizontal flips", { ...shifts, horizontalFlip: true }),
      trial("horizontal", "horizontal flips", { horizontalFlip: true }),
      trial("vertical", "vertical flips", { verticalFlip: true }),
      trial("shifts", "shifts", shifts),
      trial("rotations", "rotations", { rotationRange: 15 }),
      trial("all", "all of them", {
        ...shifts,
        rotationRange: 15,
        horizontalFlip: true,
        verticalFlip: true,
      }),
    ];
    return profile === "quick" ? all.filter(({ name }) => quickTrials.includes(name)) : all;
  },
  best: { measure: "val_accuracy", mode: "max" },
};

function trial(name: string, text: string, setup?: GeneratorSetup): Trial {
  return {
    name,
    factors: { augmentation: text },
    experiment: {
      ...cifar10D,
      id: "cifar10-g",
      title: `CIFAR-10: augmentation by ${text}`,
      source: cifar10Question("g"),
      profiles,
      ...(setup ? { generator: () => setup } : {}),
    },
  };
}

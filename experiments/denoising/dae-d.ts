/** @file dae-d: autoencoders that take Gaussian noise away. */
import { basicAutoencoder } from "../../models/networks/ae-basic.ts";
import type { StudyExperiment } from "../../runner/experiment.ts";
import { basicTraining, usualEncoder } from "../autoencoders/basic.ts";
import { encoderOfA, mnistQuestion, training } from "../autoencoders/source.ts";
import { denoisingGrid } from "./denoising-grid.ts";
import { noiseTransforms } from "./noise.ts";
import { deviations, draws, gaussian, slip } from "./source.ts";

export const daeD: StudyExperiment = {
  id: "dae-d",
  kind: "study",
  title: "MNIST: taking Gaussian noise away",
  source: mnistQuestion("3.2 (d)"),
  question:
    "Train an autoencoder to reconstruct the clean images from those of (c). Measure the reconstruction error and look at " +
    `corrupted and reconstructed images, for several sigma.\n\n${draws} ${slip} The code has 32 numbers.\n\n${training} ${encoderOfA}`,
  dataset: "mnist",
  validation: "last",
  takesNoise: true,
  main: {
    part: () => `${usualEncoder}-32-gaussian-0.5`,
    parameters: 50_992,
    network: () => basicAutoencoder({ code: 32, encoder: usualEncoder }),
    training: {
      ...basicTraining,
      inputs: (settings) => noiseTransforms({ settings }, gaussian(0.5, false).noise),
    },
  },
  published: [],
  profiles: {
    full: { epochs: 50, batch: 25, description: "the experiment as the assignment states it" },
    quick: { epochs: 12, batch: 25, limit: 5000, testLimit: 1000, description: "fewer images and epochs" },
  },
  literal: { explanation: "the listing multiplies the image by the noise instead of adding it" },
  run: (study) =>
    denoisingGrid(
      study,
      "sigma",
      deviations.map((stddev) => ({
        ...gaussian(stddev, study.literal),
        at: stddev,
        name: `gaussian-${stddev}`,
      })),
    ),
};

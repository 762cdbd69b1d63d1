/** @file dae-b: autoencoders that take masking noise away. */
import { basicAutoencoder } from "../../models/networks/ae-basic.ts";
import type { StudyExperiment } from "../../runner/experiment.ts";
import { basicTraining, usualEncoder } from "../autoencoders/basic.ts";
import { encoderOfA, mnistQuestion, training } from "../autoencoders/source.ts";
import { denoisingGrid } from "./denoising-grid.ts";
import { noiseTransforms } from "./noise.ts";
import { draws, keeps, masking } from "./source.ts";

export const daeB: StudyExperiment = {
  id: "dae-b",
  kind: "study",
  title: "MNIST: taking masking noise away",
  source: mnistQuestion("3.2 (b)"),
  question:
    "Train an autoencoder to reconstruct the clean images from those of (a). Measure the reconstruction error and look at " +
    `corrupted and reconstructed images, for several p between 0 and 1.\n\n${draws} The code has 32 numbers.\n\n${training} ${encoderOfA}`,
  dataset: "mnist",
  validation: "last",
  takesNoise: true,
  main: {
    part: () => `${usualEncoder}-32-masking-0.5`,
    parameters: 50_992,
    network: () => basicAutoencoder({ code: 32, encoder: usualEncoder }),
    training: {
      ...basicTraining,
      inputs: (settings) => noiseTransforms({ settings }, masking(0.5).noise),
    },
  },
  published: [],
  profiles: {
    full: { epochs: 50, batch: 25, description: "the experiment as the assignment states it" },
    quick: { epochs: 12, batch: 25, limit: 5000, testLimit: 1000, description: "fewer images and epochs" },
  },
  run: (study) =>
    denoisingGrid(
      study,
      "p",
      keeps.map((keep) => ({ ...masking(keep), at: keep, name: `masking-${keep}` })),
    ),
};

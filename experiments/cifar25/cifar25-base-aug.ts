/** @file cifar25-base-aug: BaseNet on standardized and augmented images. */
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { cifar25Base } from "./cifar25-base.ts";
import {
  cifar25Figures,
  cifar25Section,
  generatorValidation,
  neverStops,
  standardizedInputs,
  stopEarly,
} from "./cifar25-source.ts";

export const cifar25BaseAugmented: TrainingExperiment = {
  ...cifar25Base,
  id: "cifar25-base-aug",
  title: "CIFAR-25: BaseNet with augmentation",
  source: cifar25Section("3.1, without whitening"),
  question:
    "Improve the model by data augmentation: images normalised by the mean and deviation of each channel, shifted by up to a " +
    "tenth, and mirrored at random.\n\n" +
    "Keras's ImageDataGenerator holds out the FIRST tenth of the images and augments it too; mean and deviation are fitted on " +
    "all training images, that part included. Training stops after 10 epochs without a better validation accuracy and goes back " +
    "to the best weights, but only if it stopped early. The source retrains the model of section 2 from its saved initial " +
    "weights, with the optimizer's old momentum; here the optimizer is new.",
  generator: standardizedInputs,
  validation: generatorValidation,
  callbacks: stopEarly,
  published: cifar25Figures(1.9068, 0.432),
  literal: neverStops,
};

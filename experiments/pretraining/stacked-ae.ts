/** @file stacked-ae: the stacked autoencoder that the tied one is compared with. */
import { stackedAutoencoder } from "../../models/networks/stacked-ae.ts";
import { label } from "../../report/label.ts";
import type { StudyExperiment } from "../../runner/experiment.ts";
import type { Study } from "../../runner/study/study.ts";
import { receptiveFields } from "../autoencoders/pictures.ts";
import { geronQuestion } from "./source.ts";
import { chapter, showReconstructions, stackedQuality, stackedTraining, trainStacked } from "./stacked.ts";

export const stackedAe: StudyExperiment = {
  id: "stacked-ae",
  kind: "study",
  title: "Fashion-MNIST: a stacked autoencoder",
  source: geronQuestion("Stacked autoencoders"),
  question:
    "Train an autoencoder with three hidden layers, 784-100-30-100-784 with SELU, on pictures of clothes, and look at its " +
    `reconstructions.\n\n${chapter} 20 epochs.`,
  dataset: "fashion-mnist",
  validation: "last",
  main: {
    part: () => "stacked",
    parameters: 163_814,
    network: () => stackedAutoencoder(),
    training: stackedTraining,
  },
  published: [],
  profiles: {
    full: { epochs: 20, batch: 32, description: "the experiment as the chapter states it" },
    quick: { epochs: 10, batch: 32, limit: 6000, testLimit: 1000, description: "fewer images and epochs" },
  },
  run,
};

async function run(study: Study): Promise<void> {
  const part = await trainStacked(study, "stacked", stackedAutoencoder());
  const { loss, accuracy } = await stackedQuality(study, part);
  study.measure("test_loss", loss, { title: "Test loss (cross-entropy)" });
  study.measure("test_rounded_accuracy", accuracy, { title: "Test rounded accuracy", unit: "%" });
  study.section(
    "Reconstructions",
    await showReconstructions(study, label("validation-reconstructions"), [
      { label: label("reconstruction"), model: part.model },
    ]),
  );
  study.section(
    "What the first layer sees",
    await receptiveFields(label("first-layer-weights-stacked"), part, 40),
  );
}

/** @file tied-ae: an autoencoder whose decoder uses the encoder's weights, beside one with weights of its own. */
import { stackedAutoencoder } from "../../models/networks/stacked-ae.ts";
import { tiedAutoencoder } from "../../models/networks/tied-ae.ts";
import { label } from "../../report/label.ts";
import type { StudyExperiment } from "../../runner/experiment.ts";
import type { Study } from "../../runner/study/study.ts";
import { curves, receptiveFields } from "../autoencoders/pictures.ts";
import { geronQuestion } from "./source.ts";
import { chapter, showReconstructions, stackedQuality, stackedTraining, trainStacked } from "./stacked.ts";

export const tiedAe: StudyExperiment = {
  id: "tied-ae",
  kind: "study",
  title: "Fashion-MNIST: tied weights",
  source: geronQuestion("Tying weights"),
  question:
    "Tie the weights of the decoder's layers to those of the encoder: W of layer N - L + 1 is the transposed W of layer L, with a " +
    "bias of its own. That halves the weights. What does it cost? The chapter finds the reconstruction slightly worse; its translation " +
    `writes "ejecución" there, where the original has the error.\n\n${chapter} 10 epochs; the untied autoencoder is trained the same way.`,
  dataset: "fashion-mnist",
  validation: "last",
  main: {
    part: () => "tied",
    parameters: 82_414,
    network: () => tiedAutoencoder(),
    training: stackedTraining,
  },
  published: [],
  profiles: {
    full: { epochs: 10, batch: 32, description: "the experiment as the chapter states it" },
    quick: { epochs: 8, batch: 32, limit: 6000, testLimit: 1000, description: "fewer images and epochs" },
  },
  run,
};

async function run(study: Study): Promise<void> {
  const tied = await trainStacked(study, "tied", tiedAutoencoder());
  const untied = await trainStacked(study, "stacked", stackedAutoencoder());
  const parts = [
    { name: "tied", label: label("tied"), part: tied },
    { name: "untied", label: label("untied"), part: untied },
  ];
  for (const { name, part } of parts) {
    const { loss, accuracy } = await stackedQuality(study, part);
    study.measure(`${name}_test_loss`, loss, { title: `Test loss, ${name} (cross-entropy)` });
    study.measure(`${name}_test_rounded_accuracy`, accuracy, {
      title: `Test rounded accuracy, ${name}`,
      unit: "%",
    });
  }
  const share = tied.model.parameterCount / untied.model.parameterCount;
  study.measure("parameter_share", share, {
    title: "Weights of the tied one, of the untied one's",
    unit: "%",
  });
  study.section(
    "Tied and untied",
    curves(label("validation-loss-by-epoch"), "val_loss", parts),
    curves(label("validation-rounded-accuracy-by-epoch"), "val_rounded_accuracy", parts),
    await showReconstructions(
      study,
      label("validation-both-reconstructions"),
      parts.map((row) => ({ label: row.label, model: row.part.model })),
    ),
    await receptiveFields(label("first-layer-weights-of", { network: label("tied") }), tied, 40),
    await receptiveFields(label("first-layer-weights-of", { network: label("untied") }), untied, 40),
  );
}

/** @file What the experiments on birds have in common. */
import { sgd } from "../../kernels/optimizers/index.ts";
import type { PublishedFigure, Source, TrainingExperiment } from "../../runner/experiment.ts";

const text = "L. A. Ortega Andrés: Redes Neuronales Convolucionales (UGR, Visión por Computador, 2019)";

function section(question: string): Source {
  return { text, question, section: "Transfer to CUB-200's birds: a practical of Visión por Computador" };
}

export const featuresSection = section("4.1");
export const finetuneSection = section("4.2");

/** Loss and accuracy on the 3,033 test photographs that the practical prints. */
export function birdFigures(loss: number, accuracy: number): readonly PublishedFigure[] {
  return [
    { name: "Test accuracy", measure: "test_accuracy", value: accuracy, source: text },
    { name: "Test loss", measure: "test_loss", value: loss, source: text },
  ];
}

/** What the text leaves open, and the author's public code or this project decides. */
export const choices =
  "The practical shuffles the training photographs once and fit() holds out the last tenth: here that tenth is drawn by the seed. " +
  "Batches of 32 and the number of epochs are those of the author's public code. Photographs are resized to 224x224 without " +
  "keeping their proportions.";

/** Data, optimizer, loss and validation of all six. */
export const birds = {
  kind: "training",
  dataset: "cub200",
  optimizer: () => sgd({ learningRate: 0.01, decay: 1e-6, momentum: 0.9, nesterov: true }),
  loss: "categorical_crossentropy",
  metrics: { accuracy: "categorical_accuracy" },
  validation: { take: "random", fraction: 0.1 },
} as const satisfies Partial<TrainingExperiment>;

/** On a CPU the features of so many photographs are computed within a minute. */
const quickPhotographs = { limit: 400, testLimit: 200 } as const;

export function headProfiles(epochs: number): TrainingExperiment["profiles"] {
  return {
    full: { epochs, batch: 32, description: "the experiment as the practical states it" },
    quick: { epochs, batch: 32, ...quickPhotographs, description: "at most 400 + 200 photographs" },
  };
}

export const wholeProfiles: TrainingExperiment["profiles"] = {
  full: { epochs: 10, batch: 32, description: "the experiment as the practical states it" },
  quick: {
    epochs: 6,
    batch: 32,
    limit: 150,
    testLimit: 150,
    description: "at most 150 + 150 photographs, 6 epochs",
  },
};

/** @file The stacked autoencoder on clothes, which three experiments train, and its reconstructions. */
import { takeImages } from "../../datasets/splits.ts";
import { type Model, sgd } from "../../models/index.ts";
import type { Label } from "../../report/label.ts";
import type { GridBlock } from "../../report/run-report.ts";
import type { MainTraining } from "../../runner/experiment.ts";
import type { TrainedPart } from "../../runner/study/part.ts";
import type { Study } from "../../runner/study/study.ts";
import { reconstructionGrid } from "../autoencoders/pictures.ts";

const shape = [28, 28];

/** The chapter shows so many. */
const shownImages = 5;

/** What the chapter does. */
export const chapter =
  "SGD with a learning rate of 1.5, binary cross-entropy, batches of 32, the last 5,000 training images for validation. " +
  "rounded_accuracy is the share of pixels that are on the right side of 0.5, where grey targets are rounded as well. Layers are " +
  "initialised by Keras's default, as in the chapter, although SELU is meant for LeCun's.";

export const stackedTraining = {
  optimizer: () => sgd({ learningRate: 1.5 }),
  loss: "binary_crossentropy",
  metrics: { rounded_accuracy: "rounded_accuracy" },
  targets: "images",
} as const satisfies MainTraining;

/** Trains an autoencoder 28x28 to 28x28 as the chapter does. */
export function trainStacked(study: Study, name: string, model: Model): Promise<TrainedPart> {
  return study.train(name, {
    model,
    optimizer: stackedTraining.optimizer(),
    loss: stackedTraining.loss,
    metrics: stackedTraining.metrics,
    data: study.data.images("train", shape),
    validation: study.data.images("validation", shape),
    evaluation: () => study.data.images("test", shape),
    reuse: ["stacked-ae", "tied-ae", "semi-ae"],
  });
}

/** Loss and rounded accuracy on the test images. */
export async function stackedQuality(study: Study, { model }: TrainedPart) {
  const { loss, rounded_accuracy: accuracy } = await model.evaluate(study.data.images("test", shape));
  return { loss: loss!, accuracy: accuracy! };
}

/** show_reconstructions(): the first validation images above what each network makes of them. */
export function showReconstructions(
  { data }: Study,
  title: Label,
  rows: readonly { readonly label: Label; readonly model: Model }[],
): Promise<GridBlock> {
  const count = Math.min(shownImages, data.validation.count);
  const first = takeImages(
    data.validation,
    Uint32Array.from({ length: count }, (_, i) => i),
  );
  return reconstructionGrid(title, first, rows);
}

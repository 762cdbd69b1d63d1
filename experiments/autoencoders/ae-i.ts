/** @file ae-i: the convolutional autoencoder, at its own size of code against the others. */
import { adadelta } from "../../models/index.ts";
import { convolutionalAutoencoder } from "../../models/networks/ae-conv.ts";
import { label } from "../../report/label.ts";
import type { MainTraining, StudyExperiment } from "../../runner/experiment.ts";
import type { Study } from "../../runner/study/study.ts";
import { epsilon } from "../keras-2-0.ts";
import { basicTraining, trainBasic } from "./basic.ts";
import { cutAt } from "./cut.ts";
import { curves, pcaReconstructed, reconstructed, shownImages } from "./pictures.ts";
import { codeNeighborError, fitPca, pcaQuality, reconstructionError } from "./quality.ts";
import { encoderOfA, mnistQuestion, training } from "./source.ts";

/** 7x7x8, what the second pooling leaves. */
const code = 392;

const convolutionalTraining = {
  ...basicTraining,
  optimizer: () => adadelta({ learningRate: 1, epsilon }),
} satisfies MainTraining;

export const aeI: StudyExperiment = {
  id: "ae-i",
  kind: "study",
  title: "MNIST: a convolutional autoencoder",
  source: mnistQuestion("3.1 (i)"),
  question:
    "Build the autoencoder of convolutions, so that it works on images and not on vectors, and compare the quality of its code " +
    "with that of the representations before, at the same number of dimensions.\n\n" +
    "Its code is 7x7x8, 392 numbers, so it is compared with a basic autoencoder and with PCA of 392. It has 3,217 weights where " +
    "the basic one has 615,832. Adadelta as Keras had it then (learning rate 1.0; tf.keras later made that .001), binary " +
    `cross-entropy, batches of 25, 50 epochs. For the basic one:\n\n${training} ${encoderOfA}`,
  dataset: "mnist",
  validation: "last",
  main: {
    part: () => "convolutional",
    parameters: 3_217,
    network: () => convolutionalAutoencoder(),
    training: convolutionalTraining,
  },
  published: [],
  profiles: {
    full: { epochs: 50, batch: 25, description: "the experiment as the assignment states it" },
    quick: { epochs: 10, batch: 25, limit: 2500, testLimit: 1000, description: "fewer images and epochs" },
  },
  run,
};

async function run(study: Study): Promise<void> {
  const shape = [28, 28, 1];
  const convolutional = await study.train("convolutional", {
    model: convolutionalAutoencoder(),
    optimizer: convolutionalTraining.optimizer(),
    loss: convolutionalTraining.loss,
    metrics: convolutionalTraining.metrics,
    data: study.data.images("train", shape),
    validation: study.data.images("validation", shape),
    evaluation: () => study.data.images("test", shape),
  });
  const basic = await trainBasic(study, { code });
  const images = shownImages(study);
  using components = await fitPca(study, code);
  const rows = [
    {
      name: "convolutional",
      parameters: convolutional.model.parameterCount,
      ...(await reconstructionError(study, convolutional.model)),
      ...(await codeNeighborError(study, cutAt(convolutional.model, "max_pooling2d_2").encoder)),
    },
    {
      name: "basic",
      parameters: basic.model.parameterCount,
      ...(await reconstructionError(study, basic.model)),
      ...(await codeNeighborError(study, basic.encoder)),
    },
    {
      name: "PCA",
      parameters: code * 784 + 784,
      loss: undefined,
      ...(await pcaQuality(study, components, code)),
    },
  ];
  for (const { name, loss, mse, error } of rows) {
    const key = name.toLowerCase();
    if (loss !== undefined)
      study.measure(`${key}_loss`, loss, { title: `Reconstruction error, ${name} (cross-entropy)` });
    study.measure(`${key}_mse`, mse, { title: `Squared error per pixel, ${name}`, digits: 5 });
    study.measure(`${key}_knn_error`, error, { title: `Test error of kNN on the code, ${name}`, unit: "%" });
  }
  study.section(
    "At 392 numbers",
    {
      kind: "table",
      title: "Test images",
      columns: ["method", "parameters", "cross-entropy", "squared error per pixel", "kNN accuracy, %"],
      rows: rows.map(({ name, parameters, loss, mse, error }) => [
        name,
        parameters,
        loss?.toFixed(4) ?? "",
        mse.toFixed(5),
        (100 * (1 - error)).toFixed(2),
      ]),
    },
    curves(label("validation-loss-by-epoch"), "val_loss", [
      { label: label("convolutional"), part: convolutional },
      { label: label("basic"), part: basic },
    ]),
    {
      kind: "grid",
      title: label("same-images-all-three"),
      rows: [
        { label: label("original"), images },
        { label: label("convolutional"), images: await reconstructed(convolutional.model, images) },
        { label: label("basic"), images: await reconstructed(basic.model, images) },
        { label: "PCA", images: await pcaReconstructed(components, images, code) },
      ],
    },
  );
}

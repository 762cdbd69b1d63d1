/** @file ae-a: autoencoders with one hidden layer, by the size of the code and the activations. */
import { TerminateOnNaN } from "../../models/index.ts";
import { basicAutoencoder } from "../../models/networks/ae-basic.ts";
import { label, labelOf } from "../../report/label.ts";
import type { StudyExperiment } from "../../runner/experiment.ts";
import type { Study } from "../../runner/study/study.ts";
import { type BasicPart, basicTraining, trainBasic, usualEncoder } from "./basic.ts";
import { curves, manifold, receptiveFields, reconstructionGrid, shownImages } from "./pictures.ts";
import { codesOf, meanImageError, type ReconstructionError, reconstructionError } from "./quality.ts";
import { mnistQuestion, training } from "./source.ts";

const codes = [2, 8, 32, 64];
const pixels = 784;

export const aeA: StudyExperiment = {
  id: "ae-a",
  kind: "study",
  title: "MNIST: compression with a basic autoencoder",
  source: mnistQuestion("3.1 (a)"),
  question:
    "Train an autoencoder with one hidden layer to represent MNIST in d' = 2, 8, 32 and 64 dimensions. Justify the loss and " +
    "the training. What are the compression and the reconstruction error of each? Is the result better with a ReLU encoder? " +
    `Could ReLU be used in the decoder?\n\n${training}\n\n` +
    "A sigmoid code of few numbers saturates early, and the decoder then gives the mean image: with 32 numbers Adam left that " +
    "plateau after some thousand updates, SGD at a rate of 1 had not after 9,600; with 2 numbers Adam had not after 48,000 (tried " +
    "when this was written).\n\n" +
    "The source names its file 768x32 and calls the inputs 768 elsewhere: an image has 784 pixels. Compression is the share " +
    "of numbers saved, 1 - d'/784.",
  dataset: "mnist",
  validation: "last",
  main: {
    part: () => "sigmoid-32",
    parameters: 50_992,
    network: () => basicAutoencoder({ code: 32 }),
    training: basicTraining,
  },
  published: [],
  profiles: {
    full: { epochs: 50, batch: 25, description: "the experiment as the assignment states it" },
    quick: {
      epochs: 12,
      batch: 25,
      limit: 5000,
      testLimit: 1000,
      description:
        "all nine networks, on fewer images; a sigmoid code does not leave its plateau in so few updates",
    },
  },
  run,
};

interface Trained {
  readonly part: BasicPart;
  readonly encoder: string;
  readonly error: ReconstructionError;
}

async function run(study: Study): Promise<void> {
  const trained: Trained[] = [];
  for (const encoder of ["sigmoid", "relu"] as const) {
    for (const code of codes) {
      const part = await trainBasic(study, { code, encoder });
      trained.push({ part, encoder, error: await reconstructionError(study, part.model) });
    }
  }
  const nothing = meanImageError(study);
  showErrors(study, trained, nothing);
  await showPictures(study, trained);
  await tryReluDecoder(study, nothing);
}

function showErrors(study: Study, trained: readonly Trained[], nothing: ReconstructionError): void {
  for (const { part, encoder, error } of trained) {
    const title = `Reconstruction error, ${encoder} encoder, ${part.code} numbers (cross-entropy)`;
    study.measure(`${encoder}_${part.code}_loss`, error.loss, { title });
    study.measure(`${encoder}_${part.code}_mse`, error.mse);
  }
  study.measure("mean_image_loss", nothing.loss, {
    title: "Error of the mean training image (cross-entropy)",
  });
  study.measure("mean_image_mse", nothing.mse);
  for (const code of codes) study.measure(`compression_${code}`, 1 - code / pixels);
  const rows = trained.map(({ part, encoder, error }) => [
    `${encoder}, ${part.code}`,
    part.model.parameterCount,
    `${(100 * (1 - part.code / pixels)).toFixed(2)} %`,
    error.loss.toFixed(4),
    error.mse.toFixed(5),
  ]);
  const series = ["sigmoid", "relu"].map((name) => ({
    name: labelOf(name),
    points: trained
      .filter(({ encoder }) => encoder === name)
      .map(({ part, error }) => ({ x: part.code, y: error.mse })),
  }));
  const of = (name: string) =>
    trained
      .filter(({ encoder }) => encoder === name)
      .map(({ part }) => ({ label: label("numbers", { count: part.code }), part }));
  study.section(
    "Compression and error",
    {
      kind: "table",
      title: "Test images",
      columns: ["encoder, code", "parameters", "compression", "cross-entropy", "squared error"],
      rows: [...rows, ["mean image", 0, "100.00 %", nothing.loss.toFixed(4), nothing.mse.toFixed(5)]],
    },
    {
      kind: "lines",
      title: label("squared-error-by-code"),
      xTitle: "d'",
      yTitle: label("error"),
      xScale: "log",
      series,
    },
    curves(label("validation-loss-sigmoid"), "val_loss", of("sigmoid")),
    curves(label("validation-loss-relu"), "val_loss", of("relu")),
  );
}

async function showPictures(study: Study, trained: readonly Trained[]): Promise<void> {
  const usual = trained.filter(({ encoder }) => encoder === usualEncoder).map(({ part }) => part);
  const plane = usual[0]!;
  const places = await codesOf(study, plane.encoder, "test");
  study.section(
    "Reconstructions",
    await reconstructionGrid(
      label("test-images-from-codes"),
      shownImages(study),
      trained.map(({ part, encoder }) => ({ label: [labelOf(encoder), part.code], model: part.model })),
    ),
  );
  study.section(
    "The code of two numbers",
    {
      kind: "text",
      text: "Each test image is a point. The squares below are what the decoder makes of points in between.",
    },
    {
      kind: "scatter",
      title: label("codes-of-test-images"),
      points: places.values as Float32Array,
      labels: study.data.test.labels,
      classes: study.classes,
      xTitle: label("first-unit"),
      yTitle: label("second-unit"),
    },
    await manifold(label("decoded-from-plane"), plane.decoder, places, study.data.test),
  );
  study.section(
    "What the hidden units see",
    {
      kind: "text",
      text: "The weights from the pixels to each of the 32 units: black is negative, white positive, grey is zero.",
    },
    await receptiveFields(label("first-layer-filters", { encoder: usualEncoder, units: 32 }), usual[2]!, 32),
  );
}

/** A decoder that may answer 0 or more than 1 has no cross-entropy there; Keras's clipping leaves it no gradient either. */
async function tryReluDecoder(study: Study, nothing: ReconstructionError): Promise<void> {
  const guard = TerminateOnNaN();
  const part = await trainBasic(study, { code: 32, encoder: "relu", decoder: "relu", callbacks: [guard] });
  const error = await reconstructionError(study, part.model);
  const outputs = await part.model.predict(study.data.images("test"));
  const share = (holds: (value: number) => boolean) =>
    outputs.reduce((sum, value) => sum + Number(holds(value)), 0) / outputs.length;
  const [dead, above] = [share((value) => value <= 0), share((value) => value > 1)];
  study.measure("relu_decoder_loss", error.loss, {
    title: "Error with a ReLU decoder, 32 numbers (cross-entropy)",
  });
  study.measure("relu_decoder_zero_outputs", dead);
  study.measure("relu_decoder_outputs_above_1", above);
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
  const end = guard.error ? `Training ended early: ${guard.error.message} ` : "";
  const verdict = error.loss < nothing.loss ? "better" : "worse";
  study.section(
    "ReLU in the decoder",
    {
      kind: "text",
      text:
        `${end}Its outputs are not probabilities: ${percent(dead)} of the test pixels come out as exactly 0 and ` +
        `${percent(above)} above 1. There the cross-entropy is that of the clipped value, and its gradient is 0: such a ` +
        `unit is not corrected any more. The error is ${error.loss.toFixed(3)}, ${verdict} than answering with the mean ` +
        `image (${nothing.loss.toFixed(3)}).`,
    },
    await reconstructionGrid(label("test-images-relu-decoder"), shownImages(study), [
      { label: label("relu-decoder"), model: part.model },
    ]),
  );
}

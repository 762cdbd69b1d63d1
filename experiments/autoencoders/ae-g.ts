/** @file ae-g: deep autoencoders of several depths against PCA and the basic one. */
import { adam, sgd } from "../../models/index.ts";
import { bypassedAutoencoder, deepAutoencoder } from "../../models/networks/ae-deep.ts";
import { label } from "../../report/label.ts";
import type { MainTraining, StudyExperiment } from "../../runner/experiment.ts";
import type { Study } from "../../runner/study/study.ts";
import { epsilon } from "../keras-2-0.ts";
import { basicTraining, trainBasic } from "./basic.ts";
import { compareMethods, type Method, type MethodResult } from "./comparison.ts";
import { cutAt } from "./cut.ts";
import { manifold, pcaReconstructed, reconstructed, reconstructionGrid, shownImages } from "./pictures.ts";
import { codeNeighborError, codesOf, fitPca, pcaQuality, reconstructionError } from "./quality.ts";
import { mnistQuestion } from "./source.ts";

const depths = [4, 3, 2];
const codes = [2, 4, 8, 16, 32];
const quickWidths = [500, 250, 125];

/** SGD needs more updates than the quick profile has. */
const deepTraining: MainTraining = {
  ...basicTraining,
  optimizer: (profile) => (profile === "quick" ? adam({ epsilon }) : sgd({ learningRate: 1 })),
};

export const aeG: StudyExperiment = {
  id: "ae-g",
  kind: "study",
  title: "MNIST: deep autoencoders against PCA",
  source: mnistQuestion("3.1 (g)"),
  question:
    "Give the autoencoder several hidden layers and show that it compresses better than PCA to the same number of dimensions: " +
    "d' = 2, 4, 8, 16 and 32, and L = 2, 3 and 4 layers in the encoder (784-1000-d', 784-1000-500-d', 784-1000-500-250-d'), by " +
    "reconstruction error and nearest neighbours.\n\n" +
    "ReLU in the hidden layers, sigmoid at the end, binary cross-entropy, SGD with a learning rate of 1, batches of 25, 50 " +
    "epochs. The basic ones, for comparison, are those of ae-e. The source's listing has three slips that are put right here. Its third decoding layer is fed from the third " +
    "encoding one, so nothing passes through the code; its encoder returns that layer of 250 and not the code; and its code is a " +
    "ReLU layer, whose units may be 0 for every image, after which they never change: the code is linear here. --literal runs " +
    "the listing as it stands. Its file name says 768 where an image has 784 pixels.",
  dataset: "mnist",
  validation: "last",
  main: {
    part: () => "deep-4-32",
    parameters: 2_838_316,
    network: (profile) =>
      deepAutoencoder({
        code: 32,
        codeActivation: "linear",
        ...(profile === "quick" && { widths: quickWidths }),
      }),
    training: deepTraining,
  },
  published: [],
  profiles: {
    full: { epochs: 50, batch: 25, description: "the experiment as the assignment states it" },
    quick: {
      epochs: 8,
      batch: 25,
      limit: 1500,
      testLimit: 500,
      description: `2 of the 15 deep networks: L = 4 with d' = 2 and 32, half as wide, by Adam, since SGD needs more updates`,
    },
  },
  literal: { explanation: "the listing's network, whose decoder bypasses the code, and its ReLU code" },
  run,
};

async function run(study: Study): Promise<void> {
  const sizes = study.pick(codes, [2, 32]);
  using components = await fitPca(study, Math.max(...sizes));
  const pca: Method = { name: "PCA", key: "pca", results: [] };
  for (const code of sizes) pca.results.push({ code, ...(await pcaQuality(study, components, code)) });
  const basic: Method = { name: "basic", key: "basic", results: [] };
  for (const code of sizes) {
    const { model, encoder } = await trainBasic(study, { code });
    const { mse } = await reconstructionError(study, model);
    basic.results.push({ code, mse, error: (await codeNeighborError(study, encoder)).error });
  }
  const deep: Method[] = [];
  for (const depth of study.pick(depths, [4])) {
    const results: MethodResult[] = [];
    for (const code of sizes) results.push(await trainDeep(study, depth, code));
    deep.push({
      name: `deep, L = ${depth}`,
      label: [label("deep"), `L = ${depth}`],
      key: `deep_${depth}`,
      results,
    });
  }
  compareMethods(study, [...deep, basic, pca]);
  await showPictures(study, components, Math.max(...sizes));
  if (study.literal) await followTheListing(study);
}

async function trainDeep(study: Study, hidden: number, code: number): Promise<MethodResult> {
  const part = await study.train(`deep-${hidden}-${code}`, {
    model: deepAutoencoder({
      code,
      hidden,
      codeActivation: study.literal ? "relu" : "linear",
      ...(study.quick && { widths: quickWidths }),
    }),
    optimizer: deepTraining.optimizer(study.settings.profile),
    loss: deepTraining.loss,
    metrics: deepTraining.metrics,
    data: study.data.images("train"),
    validation: study.data.images("validation"),
    evaluation: () => study.data.images("test"),
    about: { code: study.literal ? "relu" : "linear" },
  });
  const { encoder } = cutAt(part.model, `dense_${hidden}`);
  const { mse } = await reconstructionError(study, part.model);
  return { code, mse, error: (await codeNeighborError(study, encoder)).error };
}

async function showPictures(study: Study, components: Awaited<ReturnType<typeof fitPca>>, largest: number) {
  const images = shownImages(study);
  const deep = (code: number) => study.parts.find(({ name }) => name === `deep-4-${code}`)!;
  const rows = await Promise.all(
    [2, largest].map(async (code) => [
      { label: [label("deep"), code], images: await reconstructed(deep(code).model, images) },
      { label: ["PCA", code], images: await pcaReconstructed(components, images, code) },
    ]),
  );
  study.section("Reconstructions", {
    kind: "grid",
    title: label("same-images-both"),
    rows: [{ label: label("original"), images }, ...rows.flat()],
  });
  const { encoder, decoder } = cutAt(deep(2).model, "dense_4");
  const places = await codesOf(study, encoder, "test");
  study.section(
    "The code of two numbers, L = 4",
    {
      kind: "scatter",
      title: label("codes-of-test-images-deep"),
      points: places.values as Float32Array,
      labels: study.data.test.labels,
      classes: study.classes,
      xTitle: label("first-unit"),
      yTitle: label("second-unit"),
    },
    await manifold(label("decoded-from-deep-plane"), decoder, places, study.data.test),
  );
}

/** The listing compares 250 numbers with PCA's d'. */
async function followTheListing(study: Study): Promise<void> {
  const part = await study.train("literal", {
    model: bypassedAutoencoder(),
    optimizer: deepTraining.optimizer(study.settings.profile),
    loss: deepTraining.loss,
    metrics: deepTraining.metrics,
    data: study.data.images("train"),
    validation: study.data.images("validation"),
    evaluation: () => study.data.images("test"),
  });
  const { mse } = await reconstructionError(study, part.model);
  const { error } = await codeNeighborError(study, cutAt(part.model, "dense_3").encoder);
  study.measure("literal_mse", mse, { title: "Squared error per pixel, the listing's network", digits: 5 });
  study.measure("literal_knn_error", error, { title: "Test error of kNN on its 250 numbers", unit: "%" });
  study.section(
    "The listing to the letter",
    {
      kind: "text",
      text:
        "This network decodes from 250 numbers whatever d' is asked for, and its encoder returns those 250: it says nothing " +
        `about a code of d' numbers. Its squared error is ${mse.toFixed(5)}, kNN on the 250 is wrong for ${(100 * error).toFixed(2)} %.`,
    },
    await reconstructionGrid("Reconstructions of the listing's network", shownImages(study), [
      { label: label("numbers", { count: 250 }), model: part.model },
    ]),
  );
}

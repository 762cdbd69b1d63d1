/** @file semi-ae: an autoencoder learns from all images, a classifier on top of it from the few that have labels. */
import { randomSubset } from "../../datasets/splits.ts";
import { adam } from "../../models/index.ts";
import { semiClassifier } from "../../models/networks/semi-classifier.ts";
import { stackedAutoencoder } from "../../models/networks/stacked-ae.ts";
import { label, labelOf } from "../../report/label.ts";
import type { StudyExperiment } from "../../runner/experiment.ts";
import type { Study } from "../../runner/study/study.ts";
import { geronQuestion } from "./source.ts";
import { chapter, showReconstructions, stackedTraining, trainStacked } from "./stacked.ts";

const labelCounts = [50, 100, 250, 500, 1000, 2500, 5000, 10_000];
const shape = [28, 28];

/** A classifier sees few labels often: so many updates at least. */
const updates = 1000;

const ways = [
  { key: "frozen", name: "pre-trained, frozen", pretrained: true, frozen: true },
  { key: "finetuned", name: "pre-trained, fine-tuned", pretrained: true, frozen: false },
  { key: "scratch", name: "from scratch", pretrained: false, frozen: false },
] as const;

export const semiAe: StudyExperiment = {
  id: "semi-ae",
  kind: "study",
  title: "Fashion-MNIST: few labels, many images",
  source: geronQuestion("Unsupervised pretraining using stacked autoencoders"),
  question:
    "Where most of the images have no labels: train a stacked autoencoder on all of them, take its lower layers for a classifier, " +
    "freeze them, and train the classifier on the images with labels. What is the test error by the number of labels, with and " +
    "without pre-training?\n\n" +
    `The autoencoder: ${chapter} 20 epochs. The classifier 784-100-30-10: Adam, categorical cross-entropy, batches of 32, at least ` +
    `${updates.toLocaleString("en-US")} updates and 20 epochs for every number of labels. The labelled images of a smaller set are among those of a larger. ` +
    "The source describes this without figures.",
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
    full: { epochs: 20, batch: 32, description: "the experiment as the chapter describes it" },
    quick: {
      epochs: 8,
      batch: 32,
      limit: 6000,
      testLimit: 1000,
      description: "4 of the 8 numbers of labels",
    },
  },
  run,
};

interface Result {
  readonly labels: number;
  readonly key: string;
  readonly name: string;
  readonly error: number;
}

async function run(study: Study): Promise<void> {
  const stacked = await trainStacked(study, "stacked", stackedAutoencoder());
  const weights = new Map(
    [...(await stacked.model.getWeights())].filter(([path]) => /^dense_[12]\//.test(path)),
  );
  const available = study.data.train.count;
  const counts = study.pick(labelCounts, [50, 250, 1000, 5000]).filter((count) => count <= available);
  const results: Result[] = [];
  for (const labels of counts.length > 0 ? counts : [available]) {
    for (const { key, name, pretrained, frozen } of ways) {
      const error = await train(study, `${key}-${labels}`, labels, frozen, pretrained ? weights : undefined);
      results.push({ labels, key, name, error });
    }
  }
  for (const { key, name, labels, error } of results) {
    study.measure(`${key}_${labels}_test_error`, error, {
      title: `Test error, ${labels} labels, ${name}`,
      unit: "%",
    });
  }
  const numbers = [...new Set(results.map(({ labels }) => labels))];
  const of = (key: string) => results.filter((result) => result.key === key);
  study.section(
    "Error by number of labels",
    {
      kind: "lines",
      title: label("test-error-by-labels"),
      xTitle: label("images-with-labels"),
      yTitle: label("test-error-percent"),
      xScale: "log",
      series: ways.map(({ key, name }) => ({
        name: labelOf(name),
        points: of(key).map(({ labels, error }) => ({ x: labels, y: 100 * error })),
      })),
    },
    {
      kind: "table",
      title: "Test error, %",
      columns: ["labels", ...ways.map(({ name }) => name)],
      rows: numbers.map((labels) => [
        labels,
        ...ways.map(({ key }) =>
          (100 * of(key).find((result) => result.labels === labels)!.error).toFixed(2),
        ),
      ]),
    },
  );
  study.section(
    "What the autoencoder learned without labels",
    await showReconstructions(study, label("validation-reconstructions"), [
      { label: label("reconstruction"), model: stacked.model },
    ]),
  );
}

/** Trains a classifier on `labels` images; returns its test error. */
async function train(
  study: Study,
  name: string,
  labels: number,
  frozen: boolean,
  weights: ReadonlyMap<string, Float32Array> | undefined,
): Promise<number> {
  const { batch, seed } = study.settings;
  const dataset = study.data.labelled("train", shape);
  const least = Math.ceil((updates * batch) / labels);
  const { model } = await study.train(name, {
    model: semiClassifier({ frozen }),
    optimizer: adam(),
    loss: "categorical_crossentropy",
    metrics: { accuracy: "categorical_accuracy" },
    data: { dataset, indices: randomSubset(dataset.count, labels, seed) },
    evaluation: () => study.data.labelled("test", shape),
    epochs: Math.max(study.settings.epochs, least),
    inFull: { epochs: Math.max(semiAe.profiles.full.epochs, least), sameImages: true },
    ...(weights ? { weights } : {}),
    quiet: true,
  });
  const { accuracy } = await model.evaluate(study.data.labelled("test", shape));
  return 1 - accuracy!;
}

/** @file pretrain-a: the classifier without pre-training. */
import { sgd } from "../../models/index.ts";
import { pretrainNetwork } from "../../models/networks/pretrain-mlp.ts";
import { label } from "../../report/label.ts";
import type { StudyExperiment } from "../../runner/experiment.ts";
import type { Study } from "../../runner/study/study.ts";
import { curves, receptiveFields } from "../autoencoders/pictures.ts";
import { classifierTraining, testError, trainClassifier } from "./classifier.ts";
import { measureMain } from "./outcome.ts";
import { hiddenUnits, notebook, notebookError, pretrainingQuestion, quickNetwork, recipe } from "./source.ts";

export const pretrainA: StudyExperiment = {
  id: "pretrain-a",
  kind: "study",
  title: "MNIST: a deep classifier without pre-training",
  source: pretrainingQuestion("a"),
  question:
    "Train a network 784-1000-1000-10 with sigmoid units to classify MNIST, by SGD with a fixed learning rate of 1, for at most " +
    "50 epochs. What is its test error?\n\n" +
    "The student could not do it: the error stayed at about 91 %, for training and validation, and Adam was used instead. Both " +
    `are trained here. Categorical cross-entropy. ${recipe}`,
  dataset: "mnist",
  validation: "first",
  main: {
    part: () => "scratch-adam",
    parameters: 1_796_010,
    network: (profile) => pretrainNetwork({ hidden: hiddenUnits(profile) }),
    training: classifierTraining,
  },
  published: [
    notebookError("Test error with Adam", "test_error", 0.0179),
    notebookError("Training error with Adam", "train_error", 0.0004),
    { name: "Training loss with Adam", measure: "train_loss", value: 0.0019, source: notebook },
  ],
  profiles: {
    full: { epochs: 50, batch: 25, description: "the experiment as the assignment states it" },
    quick: { epochs: 6, batch: 25, limit: 5000, testLimit: 2000, description: quickNetwork },
  },
  run,
};

async function run(study: Study): Promise<void> {
  const adam = await trainClassifier(study, "scratch-adam", { activation: "sigmoid" });
  const optimizer = sgd({ learningRate: 1 });
  const sheet = await trainClassifier(study, "scratch-sgd", { activation: "sigmoid", optimizer });
  measureMain(study, await testError(study, adam), adam);
  const error = await testError(study, sheet);
  study.measure("sgd_test_error", error, { title: "Test error with SGD, learning rate 1", unit: "%" });
  const parts = [
    { label: "Adam", part: adam },
    { label: "SGD", part: sheet },
  ];
  study.section(
    "Both optimizers",
    curves(label("test-error-by-epoch"), "test_error", parts),
    curves(label("training-loss-by-epoch"), "loss", parts),
    {
      kind: "text",
      text: `Below: the weights from the pixels to 32 of the ${hiddenUnits(study.settings.profile)} units of the first layer, after Adam.`,
    },
    await receptiveFields(label("first-layer-after-adam"), adam, 32),
  );
}

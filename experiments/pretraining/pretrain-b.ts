/** @file pretrain-b: layers pre-trained by basic autoencoders. */
import { pretrainNetwork } from "../../models/networks/pretrain-mlp.ts";
import type { StudyExperiment } from "../../runner/experiment.ts";
import type { Study } from "../../runner/study/study.ts";
import { trainClassifier } from "./classifier.ts";
import { pretrain, type Scheme } from "./greedy.ts";
import { compareSchemes, measureMain } from "./outcome.ts";
import { hiddenUnits, notebookError, pretrainingQuestion, quickNetwork, recipe } from "./source.ts";

export const sigmoidScheme: Scheme = { name: "sigmoid", encoder: "sigmoid", decoder: "sigmoid" };

/** How the layers are trained, in every question on it. */
export const greedy =
  "An autoencoder 784-1000-784 learns the images, a second one 1000-1000-1000 the codes of the first, without labels, 50 epochs " +
  "each by binary cross-entropy. Their encoders become the hidden layers of the classifier, which is trained with labels for 20 " +
  "epochs. Encoders and networks are saved in parts/.";

/** What the sheet's listing does else. */
export const binaryFineTuning = "the sheet's listing fine-tunes the softmax by binary cross-entropy";

export const pretrainB: StudyExperiment = {
  id: "pretrain-b",
  kind: "study",
  title: "MNIST: layers pre-trained by autoencoders",
  source: pretrainingQuestion("b"),
  question:
    "Pre-train each hidden layer of the network of (a) by a basic autoencoder, one layer after the other, then train the whole. " +
    `Compare the test error with that of (a), and look at the error before the fine-tuning.\n\n${greedy} ${recipe}\n\n` +
    "The sheet's listing fine-tunes a softmax by binary cross-entropy, for which Keras prints the binary accuracy: .98 means " +
    "less than it seems. Categorical cross-entropy is used here, as in the notebook; --literal follows the listing and shows both " +
    "accuracies.",
  dataset: "mnist",
  validation: "first",
  main: {
    part: () => "sigmoid-finetuned",
    parameters: 1_796_010,
    network: (profile) => pretrainNetwork({ hidden: hiddenUnits(profile) }),
  },
  published: [notebookError("Test error", "test_error", 0.0229)],
  profiles: {
    full: { epochs: 50, batch: 25, description: "the experiment as the assignment states it" },
    quick: { epochs: 5, batch: 25, limit: 5000, testLimit: 2000, description: quickNetwork },
  },
  literal: { explanation: binaryFineTuning },
  run,
};

async function run(study: Study): Promise<void> {
  const scratch = await trainClassifier(study, "scratch-adam", { activation: "sigmoid" });
  const pretrained = await pretrain(study, sigmoidScheme);
  measureMain(study, pretrained.after, pretrained.classifier);
  await compareSchemes(study, [pretrained], [{ label: "no pre-training", part: scratch }]);
}

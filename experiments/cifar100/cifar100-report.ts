/** @file cifar100-report: all that the article shows of the trained network. */
import type { ReviewExperiment } from "../../runner/experiment.ts";
import { cifar100Cnn } from "./cifar100-cnn.ts";
import { cifar100Part, printed } from "./cifar100-source.ts";

export const cifar100Report: ReviewExperiment = {
  id: "cifar100-report",
  kind: "review",
  title: "CIFAR-100: what the CNN has learnt",
  source: cifar100Part("confusion matrix, metrics, ROC curves, comparison"),
  question:
    "Evaluate the network of cifar100-cnn on the test set: confusion matrix of 100 classes, precision, recall and F1 of each, " +
    "ROC curves (micro and macro average, single classes, and the upper left corner enlarged) and some predictions. Compare " +
    "accuracy, loss and mean squared error by epoch with those of the plain network.\n\n" +
    "The article finds the averages .22, .22 and .21; its best class is 60 (plain) with F1 .64, and class 10 (bowl) is never " +
    "found.",
  dataset: "cifar100",
  of: cifar100Cnn.id,
  against: "cifar100-nn",
  parts: ["history", "confusion", "roc", "samples"],
  published: [
    printed("Test accuracy", "test_accuracy", 0.2177),
    printed("Precision, mean over classes", "macro_precision", 0.22),
    printed("Recall, mean over classes", "macro_recall", 0.22),
    printed("F1, mean over classes", "macro_f1", 0.21),
    printed("Precision of class 60, plain", "precision_plain", 0.61),
    printed("Recall of class 60, plain", "recall_plain", 0.68),
    printed("F1 of class 60, plain", "f1_plain", 0.64),
    printed("F1 of class 10, bowl", "f1_bowl", 0),
  ],
  profiles: cifar100Cnn.profiles,
};

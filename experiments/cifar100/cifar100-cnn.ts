/** @file cifar100-cnn: six convolutions on CIFAR-100, for 10 epochs. */
import { cifar100ConvolutionalNetwork } from "../../models/networks/cifar100-cnn.ts";
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { cifar100Plain } from "./cifar100-nn.ts";
import { cifar100Part, printed } from "./cifar100-source.ts";

const { full, quick } = cifar100Plain.profiles;

const published = [
  printed("Test accuracy", "test_accuracy", 0.2177),
  printed("Test loss", "test_loss", 3.27049),
  printed("Test mean squared error", "test_mean_squared_error", 0.0089382),
  printed("Training accuracy, last epoch", "train_accuracy", 0.2383),
  printed("Training loss, last epoch", "train_loss", 3.1532),
];

/** On the same images as the test figures, with other dropout: only where it is left on can ours differ, too. */
const validation = [
  printed("Validation accuracy, last epoch", "val_accuracy", 0.2183),
  printed("Validation loss, last epoch", "val_loss", 3.2669),
];

export const cifar100Cnn: TrainingExperiment = {
  ...cifar100Plain,
  id: "cifar100-cnn",
  title: "CIFAR-100: a CNN with six convolutions",
  source: cifar100Part("training the convolutional network"),
  question:
    "Repeat the experiment on CIFAR-100 with a convolutional network of 6,850,792 parameters, trained with plain SGD for 10 " +
    "epochs. The test set validates.\n\n" +
    "The article fixes Keras's learning phase to 1, so that dropout stays on in validation and evaluation: that is why it " +
    "evaluates to another loss than the last epoch printed, on the same images. Here evaluation is without dropout; --literal " +
    "repeats the article.",
  parameters: 6_850_792,
  network: (profile) => cifar100ConvolutionalNetwork(profile === "quick" ? { width: 1 / 4 } : undefined),
  published,
  profiles: {
    full,
    quick: { ...quick, description: "a network a quarter as wide (8 to 256 filters, 125 hidden units)" },
  },
  literal: {
    explanation: "the article calls K.set_learning_phase(1): dropout acts in validation and prediction too",
    changes: { learningPhase: 1, published: [...published, ...validation] },
  },
};

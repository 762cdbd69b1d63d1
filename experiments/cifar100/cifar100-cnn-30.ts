/** @file cifar100-cnn-30: the same network, 20 epochs more. */
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { cifar100Cnn } from "./cifar100-cnn.ts";
import { cifar100Part, printed } from "./cifar100-source.ts";

const { full, quick } = cifar100Cnn.profiles;

export const cifar100CnnLonger: TrainingExperiment = {
  ...cifar100Cnn,
  id: "cifar100-cnn-30",
  title: "CIFAR-100: the CNN, trained for 20 more epochs",
  source: cifar100Part("all that glitters is not gold"),
  question:
    "Train the network for 20 epochs more, starting from the trained one. What becomes of the training and the validation " +
    "curves?\n\n" +
    "The run goes on from the newest one of cifar100-cnn, with the optimizer as it was; without one, that is trained first. " +
    "Epochs are counted on, so the article's last epoch, 20 of 20, is the 30th here.",
  continues: cifar100Cnn.id,
  literal: { ...cifar100Cnn.literal!, changes: { learningPhase: 1 } },
  published: [
    printed("Validation accuracy, last epoch", "val_accuracy", 0.2954),
    printed("Validation loss, last epoch", "val_loss", 4.3311),
    printed("Validation accuracy, best epoch", "best_val_accuracy", 0.308),
    printed("Validation loss, best epoch", "best_val_loss", 2.9785),
    printed("Training accuracy, last epoch", "train_accuracy", 0.7643),
    printed("Training loss, last epoch", "train_loss", 0.7647),
  ],
  profiles: {
    full: { ...full, epochs: 30 },
    quick: { ...quick, epochs: 2 * quick.epochs },
  },
};

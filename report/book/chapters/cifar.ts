/** @file CIFAR: section 1 of the assignment, and the companions on 25 and on 100 classes. */
import type { Answer, Evidence } from "../evidence.ts";
import { againstPublished, bestEpoch, duration, outcome, trainingSentences } from "../phrases.ts";
import { confusedPairs, trialSentences } from "../run-sentences.ts";

const trainingAndTime = (run: Evidence) => [...trainingSentences(run), duration(run)];
const wholeNetwork = ["network", "confusion"];

export const cifar: Readonly<Record<string, Answer>> = {
  "cifar10-a": { shown: (run) => [run.say("cifar10-a.files", run.files())] },
  "cifar10-b": {
    shown: (run) => [run.say("cifar10-b.parameters", { parameters: run.count(run.run.result?.parameters) })],
    figures: ["network"],
  },
  "cifar10-c": { shown: trainingSentences, figures: ["confusion"] },
  "cifar10-d": { shown: trainingSentences, figures: ["confusion"] },
  "cifar10-e": {
    shown: (run) => [
      ...trialSentences(run),
      run.say("cifar10-e.five-epochs", { accuracy: run.percent(fiveEpochs(run)) }),
      bestEpoch(run),
    ],
  },
  "cifar10-f": { shown: trainingSentences, figures: wholeNetwork },
  "cifar10-g": { shown: (run) => [...trialSentences(run), outcome(run)] },
  "cifar10-h": {
    shown: (run) => [outcome(run), ...confusedPairs(run)],
    figures: ["confusion", "confused"],
  },
  "cifar25-base": { shown: trainingSentences, figures: ["confusion"] },
  "cifar25-base-aug": { shown: trainingSentences, figures: ["augmentation", "confusion"] },
  "cifar25-base-zca": { shown: trainingSentences, figures: ["confusion"] },
  "cifar25-improved": { shown: trainingAndTime, figures: wholeNetwork },
  "cifar25-bn-before": { shown: trainingAndTime, figures: wholeNetwork },
  "cifar25-bn-after": { shown: trainingAndTime, figures: ["confusion"] },
  "cifar25-bn-after-zca": { shown: trainingAndTime, figures: ["confusion"] },
  "cifar100-nn": { shown: trainingSentences },
  "cifar100-cnn": { shown: trainingAndTime, figures: wholeNetwork },
  "cifar100-cnn-30": { shown: trainingAndTime, figures: ["confusion"] },
  "cifar100-report": {
    shown: (run) => [outcome(run), ...confusedPairs(run), againstPublished(run)],
    figures: ["confusion", "roc", "class-examples", "validation"],
  },
};

/** The best validation accuracy of epochs 1 to 5. */
function fiveEpochs(run: Evidence): number | undefined {
  const early = run.curve("val_accuracy").filter(({ epoch }) => epoch <= 5);
  return early.length > 0 ? Math.max(...early.map(({ value }) => value)) : undefined;
}

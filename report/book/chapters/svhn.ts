/** @file Section 2 of the assignment: convolutional networks on street-view house numbers. */
import type { Answer } from "../evidence.ts";
import { bestEpoch, duration, outcome, overfitting, trainingSentences } from "../phrases.ts";
import { confusedPairs, trialSentences } from "../run-sentences.ts";

export const svhn: Readonly<Record<string, Answer>> = {
  "svhn-a": { shown: (run) => [run.say("svhn-a.files", run.files())] },
  "svhn-b": { shown: () => [] },
  "svhn-c": {
    shown: (run) => [
      ...trainingSentences(run),
      run.say("svhn-c.binary", {
        binary_accuracy: run.written("test_binary_accuracy"),
        accuracy: run.written("test_accuracy"),
      }),
    ],
    figures: ["network", "confusion"],
  },
  "svhn-d": { shown: (run) => trialSentences(run) },
  "svhn-e": { shown: (run) => trialSentences(run) },
  "svhn-f": {
    shown: (run) => [...trainingSentences(run), ...trialSentences(run, "val_error")],
    figures: ["network", "confusion"],
  },
  "svhn-g": {
    shown: (run) => [outcome(run)],
    figures: ["filters", "feature-maps", "responses", "first-layer"],
  },
  "svhn-h": {
    shown: (run) => [outcome(run), ...confusedPairs(run)],
    figures: ["confusion", "confused"],
  },
  "svhn-i": { shown: (run) => [outcome(run), bestEpoch(run), overfitting(run), duration(run)] },
};

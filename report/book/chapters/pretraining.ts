/** @file Pre-training: section 3.3 of the assignment, and its companion on clothes with stacked, tied and few labels. */
import type { Answer, Evidence, Sentence } from "../evidence.ts";
import { againstPublished, bestEpoch, overfitting } from "../phrases.ts";
import { pretrainedSentences } from "../pretraining-sentences.ts";
import { listed } from "../run-sentences.ts";

const pretrained = (run: Evidence) => [...pretrainedSentences(run), againstPublished(run)];

export const pretraining: Readonly<Record<string, Answer>> = {
  "pretrain-a": {
    shown: (run) => [
      run.say("pretrain-a.errors", {
        sgd: run.written("sgd_test_error"),
        adam: run.written("test_error"),
      }),
      bestEpoch(run),
      overfitting(run),
      againstPublished(run),
    ],
  },
  "pretrain-b": { shown: pretrained },
  "pretrain-c": { shown: pretrained },
  "pretrain-d": { shown: pretrained },
  "stacked-ae": {
    shown: (run) => [
      run.say("stacked-ae.figures", {
        loss: run.written("test_loss"),
        accuracy: run.written("test_rounded_accuracy"),
      }),
    ],
  },
  "tied-ae": {
    shown: (run) => [
      run.say("tied-ae.losses", {
        share: run.written("parameter_share"),
        tied: run.written("tied_test_loss"),
        untied: run.written("untied_test_loss"),
      }),
      tiedVerdict(run),
    ],
  },
  "semi-ae": { shown: fewLabels },
};

function tiedVerdict(run: Evidence): Sentence {
  const [tied, untied] = [run.value("tied_test_loss"), run.value("untied_test_loss")];
  if (tied === undefined || untied === undefined) return undefined;
  return run.say(tied > untied ? "tied-ae.worse" : "tied-ae.not-worse");
}

/** Test errors by number of labels, for each way of training. */
function fewLabels(run: Evidence): Sentence[] {
  const ways = [...new Set(run.family(/(.+)_\d+_test_error/).map(({ groups }) => groups[0]!))];
  return ways.map((way) =>
    run.say("semi-ae.few-labels", {
      way: run.name(way),
      errors: listed(run, new RegExp(`${way}_(\\d+)_test_error`)),
    }),
  );
}

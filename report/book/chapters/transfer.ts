/** @file Transfer: CUB-200's birds told apart by a network that was trained on ImageNet. */
import type { Answer } from "../evidence.ts";
import { againstPublished, bestEpoch, duration, outcome, overfitting } from "../phrases.ts";

const onBirds: Answer = {
  shown: (run) => [outcome(run), bestEpoch(run), overfitting(run), againstPublished(run), duration(run)],
  figures: ["network", "confusion", "confused", "test-accuracy"],
};

export const transfer: Readonly<Record<string, Answer>> = {
  "caltech-features-1": onBirds,
  "caltech-features-2": onBirds,
  "caltech-features-3": onBirds,
  "caltech-finetune-1": onBirds,
  "caltech-finetune-2": onBirds,
  "caltech-finetune-conv": onBirds,
  "caltech-pretrain": {
    shown: (run) => [outcome(run), bestEpoch(run), duration(run)],
    figures: ["network", "confusion"],
  },
};

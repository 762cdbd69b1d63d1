/** @file The experiments on birds, in the order of the practical, and the network to begin with where there is no other. */
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { caltechFeatures1, caltechFeatures2, caltechFeatures3 } from "./caltech-features.ts";
import { caltechFinetune1, caltechFinetune2, caltechFinetuneConvolution } from "./caltech-finetune.ts";
import { caltechPretrain } from "./caltech-pretrain.ts";

export const transfer: readonly TrainingExperiment[] = [
  caltechFeatures1,
  caltechFeatures2,
  caltechFeatures3,
  caltechFinetune1,
  caltechFinetune2,
  caltechFinetuneConvolution,
  caltechPretrain,
];

/** @file The experiments on pre-training, and on stacked and tied autoencoders, in the order of the assignment. */

import type { StudyExperiment } from "../../runner/experiment.ts";
import { pretrainA } from "./pretrain-a.ts";
import { pretrainB } from "./pretrain-b.ts";
import { pretrainC } from "./pretrain-c.ts";
import { pretrainD } from "./pretrain-d.ts";
import { semiAe } from "./semi-ae.ts";
import { stackedAe } from "./stacked-ae.ts";
import { tiedAe } from "./tied-ae.ts";

export const pretraining: readonly StudyExperiment[] = [
  pretrainA,
  pretrainB,
  pretrainC,
  pretrainD,
  stackedAe,
  tiedAe,
  semiAe,
];

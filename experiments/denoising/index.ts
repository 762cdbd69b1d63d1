/** @file The experiments on denoising, in the order of the assignment. */

import type { StudyExperiment } from "../../runner/experiment.ts";
import { daeA } from "./dae-a.ts";
import { daeB } from "./dae-b.ts";
import { daeC } from "./dae-c.ts";
import { daeD } from "./dae-d.ts";
import { daeE } from "./dae-e.ts";

export const denoising: readonly StudyExperiment[] = [daeA, daeB, daeC, daeD, daeE];

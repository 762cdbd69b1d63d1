/** @file The experiments on autoencoders, in the order of the assignment. */

import type { StudyExperiment } from "../../runner/experiment.ts";
import { aeA } from "./ae-a.ts";
import { aeB } from "./ae-b.ts";
import { aeC } from "./ae-c.ts";
import { aeE } from "./ae-e.ts";
import { aeG } from "./ae-g.ts";
import { aeH } from "./ae-h.ts";
import { aeI } from "./ae-i.ts";

export const autoencoders: readonly StudyExperiment[] = [aeA, aeB, aeC, aeE, aeG, aeH, aeI];

/** @file All experiments by their id, in the order of the assignment. */
import { nearest, UsageError } from "../engine/errors.ts";
import { autoencoders } from "./autoencoders/index.ts";
import { denoising } from "./denoising/index.ts";
import type { Experiment } from "./experiment.ts";
import { pretraining } from "./pretraining/index.ts";
import { svhnA } from "./svhn-a.ts";
import { svhnB } from "./svhn-b.ts";
import { svhnC } from "./svhn-c.ts";

export const experiments: readonly Experiment[] = [
  svhnA,
  svhnB,
  svhnC,
  ...autoencoders,
  ...denoising,
  ...pretraining,
];

/** Throws UsageError with the nearest id if there is no such experiment. */
export function findExperiment(id: string): Experiment {
  const found = experiments.find((experiment) => experiment.id === id);
  if (found) return found;
  const ids = experiments.map((experiment) => experiment.id);
  const hint = nearest(id, ids);
  throw new UsageError(
    `There is no experiment "${id}"${hint ? `. Did you mean "${hint}"?` : "."} \`npm run list\` shows all: ${ids.join(", ")}.`,
  );
}

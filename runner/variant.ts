/** @file The experiment that a run's settings say: a trial of a sweep, the literal variant, changes of the command line, photographs. */
import { nearest, UsageError } from "../engine/errors.ts";
import { changedExperiment } from "./changes.ts";
import type { Experiment, TrainingExperiment } from "./experiment.ts";
import { onPhotographs } from "./photographs.ts";
import type { RunSettings } from "./store/schemas.ts";

/**
 * The training experiment behind `experiment` with the trial, the literal changes and the other changes of `settings`.
 * Throws UsageError if it trains nothing, or has no such trial.
 */
export function trainingVariant(
  experiment: Experiment,
  settings: Pick<RunSettings, "profile" | "trial" | "literal" | "changes" | "photographs">,
): TrainingExperiment {
  const base = baseOf(experiment, settings);
  const literal = settings.literal ? { ...base, ...base.literal?.changes } : base;
  const changed = changedExperiment(literal, settings.changes);
  return onPhotographs(changed, settings.photographs, settings.profile);
}

function baseOf(
  experiment: Experiment,
  { profile, trial }: Pick<RunSettings, "profile" | "trial">,
): TrainingExperiment {
  const { id } = experiment;
  if (experiment.kind === "training" && trial === null) return experiment;
  if (experiment.kind !== "sweep" || trial === null) {
    throw new UsageError(
      trial === null
        ? `${id} is no single training run.`
        : `--trial: ${id} is no sweep, so it has no trial "${trial}".`,
    );
  }
  const trials = experiment.trials(profile);
  const found = trials.find(({ name }) => name === trial);
  if (found) return found.experiment;
  const names = trials.map(({ name }) => name);
  const hint = nearest(trial, names);
  throw new UsageError(
    `${id} has no trial "${trial}"${hint ? `. Did you mean "${hint}"?` : "."} It has ${names.join(", ")}.`,
  );
}

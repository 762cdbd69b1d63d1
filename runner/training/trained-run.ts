/** @file The newest run of an experiment that another one builds on; trained first if there is none. */
import { join } from "node:path";
import { UsageError } from "../../engine/errors.ts";
import { hasCheckpoint } from "../../models/checkpoint/checkpoint.ts";
import type { Experiment, TrainingExperiment } from "../experiment.ts";
import type { RunContext } from "../run.ts";
import { resolveSettings } from "../settings.ts";
import { shown } from "../store/run-folder.ts";
import { whileLocked } from "../store/run-lock.ts";
import { createRun, describeImages, newestRun } from "../store/runs.ts";
import type { RunSettings } from "../store/schemas.ts";
import { trainingVariant } from "../variant.ts";
import { runTrainingExperiment } from "./train-run.ts";

/** A finished run and the experiment that it is of. */
export interface TrainedRun {
  readonly folder: string;
  readonly experiment: TrainingExperiment;
  readonly settings: RunSettings;
}

/**
 * The newest run of `id` in runs/ with the profile, seed and images of `context`. One that was cut is finished, and without
 * any the experiment is trained now.
 */
export async function trainedRun(context: RunContext, id: string): Promise<TrainedRun> {
  const base = context.find(id);
  const wanted = settingsFor(context, base);
  const experiment = trainingVariant(base, wanted);
  const found = newestRun(id, {
    experiment: id,
    images: describeImages(context.dataset),
    settings: keyOf(wanted),
  });
  const { events } = context;
  if (found?.finished) {
    events.line(`builds on ${shown(found.folder)}`);
    return { folder: found.folder, experiment, settings: found.config.settings };
  }
  const folder = found?.folder ?? createRun(id, undefined, new Date());
  const settings = found?.config.settings ?? wanted;
  events.line(
    found
      ? `${context.experiment.id} builds on ${id}, of which ${shown(folder)} is not finished: it goes on`
      : `${context.experiment.id} builds on ${id}, of which there is no finished run like this one: it is trained first, in ${shown(folder)}`,
  );
  await whileLocked(folder, async () => {
    const resume = found !== undefined && (await hasCheckpoint(join(folder, "checkpoint")));
    return runTrainingExperiment({ ...context, experiment, settings, folder, started: new Date(), resume });
  });
  events.line(`${id} is done: ${shown(folder)}`);
  return { folder, experiment, settings };
}

/** What a run of `base` would have to be like, to serve a run with other settings. */
function settingsFor({ settings, experiment, engine }: RunContext, base: Experiment) {
  if (base.kind !== "training") throw new UsageError(`${base.id} is no training run to build on.`);
  const { profile, seed, shuffle, limit, literal } = settings;
  const ownLimit = experiment.profiles[profile].limit ?? null;
  return resolveSettings(
    base,
    {
      profile,
      seed,
      shuffle,
      ...(limit !== null && limit !== ownLimit ? { limit } : {}),
      ...(literal && base.literal ? { literal } : {}),
    },
    engine.adapter,
  );
}

/** The settings that a run must share with the one that builds on it: a longer one serves as well. */
function keyOf({ profile, seed, limit, testLimit, literal, trial }: RunSettings): Partial<RunSettings> {
  return { profile, seed, limit, testLimit, literal, trial, changes: {} };
}

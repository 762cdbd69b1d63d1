/** @file The newest run of an experiment that another one builds on; trained first if there is none. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UsageError, WgradError } from "../../engine/errors.ts";
import { checkpointPath, hasCheckpoint } from "../../models/checkpoint/checkpoint.ts";
import type { Experiment, TrainingExperiment } from "../experiment.ts";
import { checksumsOf, type RunContext } from "../run.ts";
import { type RunSettings, resolveSettings } from "../settings.ts";
import { createRunFolder, type RunConfig, readConfig, runsOf, shown } from "../store/run-folder.ts";
import { whileLocked } from "../store/run-lock.ts";
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
  const found = newestRun(context, id, wanted);
  const { events } = context;
  if (found?.finished) {
    events.line(`builds on ${shown(found.folder)}`);
    return { folder: found.folder, experiment, settings: found.config.settings };
  }
  const folder = found?.folder ?? createRunFolder(id, undefined, new Date());
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

interface FoundRun {
  readonly folder: string;
  readonly config: RunConfig;
  readonly finished: boolean;
}

/** The newest finished one, else the newest that was cut. */
function newestRun({ dataset }: RunContext, id: string, wanted: RunSettings): FoundRun | undefined {
  const runs = runsOf(id).flatMap((folder): FoundRun[] => {
    const config = readable(folder);
    if (!config || config.experiment !== id || !serves(config.settings, wanted)) return [];
    const { origin, train, test, files } = config.dataset;
    const same = origin === dataset.origin && train === dataset.train.count && test === dataset.test.count;
    if (!same || checksumsOf(files) !== checksumsOf(dataset.files)) return [];
    const finished =
      existsSync(join(folder, "result.json")) && existsSync(checkpointPath(join(folder, "checkpoint")));
    return [{ folder, config, finished }];
  });
  return runs.find(({ finished }) => finished) ?? runs[0];
}

/** A folder that is no run, or a damaged one, is passed over. */
function readable(folder: string): RunConfig | undefined {
  try {
    return readConfig(folder);
  } catch (error) {
    if (error instanceof WgradError) return undefined;
    throw error;
  }
}

function serves(found: RunSettings, wanted: RunSettings): boolean {
  const keys = ["profile", "seed", "limit", "testLimit", "literal", "trial"] as const;
  return keys.every((key) => found[key] === wanted[key]) && Object.keys(found.changes).length === 0;
}

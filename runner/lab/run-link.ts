/** @file A run as the lab opens it: its checkpoint, and the link that names its training. */
import { join } from "node:path";
import { FileError, UsageError } from "../../engine/errors.ts";
import { checkpointPath, hasCheckpoint } from "../../models/checkpoint/checkpoint.ts";
import type { Experiment } from "../experiment.ts";
import { readConfig } from "../store/run-folder.ts";

export interface RunLink {
  readonly checkpoint: string;
  /** "?experiment=svhn-c&..." */
  readonly query: string;
}

/**
 * Throws FileError for what is no run or has no checkpoint, UsageError for a run with other settings than those of its experiment's
 * profile: the page has no others.
 */
export async function linkToRun(folder: string, find: (id: string) => Experiment): Promise<RunLink> {
  const { experiment, settings } = readConfig(folder);
  const { kind, profiles } = find(experiment);
  if (kind !== "training")
    throw new UsageError(`--run ${folder}: ${experiment} trains no network of its own.`);
  const checkpoint = join(folder, "checkpoint");
  if (!(await hasCheckpoint(checkpoint))) throw new FileError(`${folder} has no checkpoint.`);
  const { profile, seed, batch, limit, testLimit, shuffle, precision, literal, trial, changes } = settings;
  const own = profiles[profile];
  const differs = [
    ...(batch === own.batch ? [] : ["--batch"]),
    ...(limit === (own.limit ?? null) ? [] : ["--limit"]),
    ...(testLimit === (own.testLimit ?? null) ? [] : ["--test-limit"]),
    ...(shuffle ? [] : ["--no-shuffle"]),
    ...(precision === "float32" ? [] : ["--precision"]),
    ...(literal ? ["--literal"] : []),
    ...(trial === null && Object.keys(changes).length === 0 ? [] : ["--set"]),
  ];
  if (differs.length > 0)
    throw new UsageError(
      `--run ${folder}: the lab opens runs with the settings of their profile; this one was made with ${differs.join(", ")}.`,
    );
  const query = new URLSearchParams({ experiment, profile, seed: String(seed), run: "true" });
  return { checkpoint: checkpointPath(checkpoint), query: `?${query}` };
}

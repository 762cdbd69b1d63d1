/** @file Parts of a study that a finished run of another experiment has trained already, on the same images. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { type RunConfig, readConfig, runsOf } from "../store/run-folder.ts";
import { isFinished } from "./study-part.ts";

/** Where the part lies, and in which run. */
export interface FoundPart {
  readonly folder: string;
  readonly run: string;
}

/**
 * The newest finished run of `experiments` with a part of this name and description, on the same images, adapter and
 * version: in runs/, or beside the folder of this run.
 */
export function findFinishedPart(
  experiments: readonly string[],
  name: string,
  description: Record<string, unknown>,
  here: RunConfig,
  folder: string,
): FoundPart | undefined {
  const runs = experiments.flatMap((id) => [...runsOf(id), join(dirname(folder), id)]);
  for (const run of runs) {
    const part = join(run, "parts", name);
    if (!existsSync(join(run, "result.json")) || !isFinished(part, description)) continue;
    if (sameConditions(readConfig(run), here)) return { folder: part, run };
  }
  return undefined;
}

function sameConditions(a: RunConfig, b: RunConfig): boolean {
  const conditions = ({ adapter, versions, dataset, settings }: RunConfig) => {
    const files = dataset.files.map(({ md5 }) => md5);
    const { origin, train, test } = dataset;
    return JSON.stringify([adapter, versions, origin, train, test, files, settings.testLimit]);
  };
  return conditions(a) === conditions(b);
}

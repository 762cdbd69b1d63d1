/** @file Parts of a study that a finished run of another experiment has trained already, on the same images. */
import { dirname, join } from "node:path";
import { findRuns } from "../store/runs.ts";
import type { RunConfig } from "../store/schemas.ts";
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
  const { adapter, versions, dataset: images, settings } = here;
  const wanted = { adapter, versions, images, settings: { testLimit: settings.testLimit } };
  const part = join("parts", name);
  const runs = experiments.flatMap((id) =>
    findRuns(id, { ...wanted, holds: ["result.json", part], beside: dirname(folder) }),
  );
  const found = runs.find((run) => isFinished(join(run.folder, part), description));
  return found && { folder: join(found.folder, part), run: found.folder };
}

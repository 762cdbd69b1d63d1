/** @file Where an experiment begins that goes on from another one's run. */
import { join } from "node:path";
import { UsageError } from "../../engine/errors.ts";
import { readCheckpoint } from "../../models/checkpoint/checkpoint.ts";
import type { TrainingExperiment } from "../experiment.ts";
import type { RunContext } from "../run.ts";
import type { StartingPoint } from "./train-run.ts";
import { trainedRun } from "./trained-run.ts";

/**
 * Weights, optimizer state and history of the run that the experiment continues; undefined for one that continues none,
 * and for a resumed run. Throws UsageError if fewer epochs are asked for than that run has.
 */
export async function startingPoint(
  context: RunContext<TrainingExperiment>,
): Promise<StartingPoint | undefined> {
  const { experiment, settings, resume } = context;
  if (!experiment.continues || resume) return undefined;
  const { folder } = await trainedRun(context, experiment.continues);
  const snapshot = await readCheckpoint(join(folder, "checkpoint"));
  const { epoch } = snapshot.position;
  if (epoch < settings.epochs) return { folder, snapshot };
  throw new UsageError(
    `${experiment.id} goes on from ${folder}, which has ${epoch} epochs: ask for more than that with --epochs, got ${settings.epochs}.`,
  );
}

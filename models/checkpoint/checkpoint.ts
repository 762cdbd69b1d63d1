/**
 * @file Checkpoints: weights, optimizer state and position in one safetensors file, so that it is replaced as a whole.
 */
import { platform } from "#platform";
import { requirePath } from "../../engine/options.ts";
import type { Callback } from "../callbacks/callback.ts";
import { requireMap } from "../variable.ts";
import { readSafetensors, writeSafetensors } from "../weights/safetensors.ts";
import { checkpointParts, snapshotOf } from "./checkpoint-format.ts";
import { checkSnapshot, type TrainingSnapshot } from "./snapshot.ts";

/** The file within a run's checkpoint folder. */
export function checkpointPath(folder: string): string {
  requirePath("checkpoint", folder);
  return platform.files.join(folder, "training.safetensors");
}

/** Whether the folder holds a checkpoint, of the present format or the one before. */
export async function hasCheckpoint(folder: string): Promise<boolean> {
  return platform.files.exists(checkpointPath(folder));
}

/** Writes a snapshot; the one before stays until the new one is whole. Rejects with FileError, ArgumentError for no snapshot. */
export async function writeCheckpoint(
  folder: string,
  snapshot: TrainingSnapshot,
  shapes: ReadonlyMap<string, readonly number[]>,
): Promise<void> {
  const path = checkpointPath(folder);
  checkSnapshot("writeCheckpoint", snapshot);
  requireMap("writeCheckpoint", shapes);
  const { entries, metadata } = checkpointParts(snapshot, shapes);
  await platform.files.makeFolder(folder);
  await writeSafetensors(path, entries, metadata);
}

/** Reads the snapshot in `folder`. Rejects with FileError if it is missing, damaged, or of a format that cannot be resumed. */
export async function readCheckpoint(folder: string): Promise<TrainingSnapshot> {
  const path = checkpointPath(folder);
  return snapshotOf(path, await readSafetensors(path));
}

/** Saves a checkpoint after every epoch and when training is interrupted. */
export function saveCheckpoints(folder: string): Callback {
  requirePath("saveCheckpoints", folder);
  const save: Callback["onTrainEnd"] = async (control) => {
    const shapes = new Map(control.model.weights.map(({ path, variable }) => [path, variable.shape]));
    await writeCheckpoint(folder, await control.snapshot(), shapes);
  };
  return {
    name: "checkpoint",
    savesTraining: true,
    onTrainBegin: () => platform.files.removeLeftovers(checkpointPath(folder)),
    onEpochEnd: (_epoch, _logs, control) => save(control),
    onInterrupt: save,
  };
}

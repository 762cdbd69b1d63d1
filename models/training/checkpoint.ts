/**
 * @file Checkpoints: weights, optimizer state and position in one safetensors file, so that it is replaced as a whole.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, removeLeftovers, requirePath } from "../files.ts";
import { requireMap } from "../variable.ts";
import { readSafetensors, writeSafetensors } from "../weights/safetensors.ts";
import type { Callback } from "./callbacks.ts";
import { checkpointParts, snapshotOf } from "./checkpoint-format.ts";
import { checkSnapshot, type TrainingSnapshot } from "./snapshot.ts";

/** The file within a run's checkpoint folder. */
export function checkpointPath(folder: string): string {
  requirePath("checkpoint", folder);
  return join(folder, "training.safetensors");
}

export function hasCheckpoint(folder: string): boolean {
  return existsSync(checkpointPath(folder));
}

/** Writes a snapshot; the one before stays until the new one is whole. Throws FileError, ArgumentError for no snapshot. */
export function writeCheckpoint(
  folder: string,
  snapshot: TrainingSnapshot,
  shapes: ReadonlyMap<string, readonly number[]>,
): void {
  const path = checkpointPath(folder);
  checkSnapshot("writeCheckpoint", snapshot);
  requireMap("writeCheckpoint", shapes);
  const { entries, metadata } = checkpointParts(snapshot, shapes);
  makeFolder(folder);
  writeSafetensors(path, entries, metadata);
}

/** Reads the snapshot in `folder`. Throws FileError if it is missing, damaged, or of a format that cannot be resumed. */
export function readCheckpoint(folder: string): TrainingSnapshot {
  const path = checkpointPath(folder);
  return snapshotOf(path, readSafetensors(path));
}

/** Saves a checkpoint after every epoch and when training is interrupted. */
export function saveCheckpoints(folder: string): Callback {
  requirePath("saveCheckpoints", folder);
  const save: Callback["onTrainEnd"] = async (control) => {
    const shapes = new Map(control.model.weights.map(({ path, variable }) => [path, variable.shape]));
    writeCheckpoint(folder, await control.snapshot(), shapes);
  };
  return {
    name: "checkpoint",
    savesTraining: true,
    onTrainBegin: () => removeLeftovers(checkpointPath(folder)),
    onEpochEnd: (_epoch, _logs, control) => save(control),
    onInterrupt: save,
  };
}

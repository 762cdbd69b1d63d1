/**
 * @file Checkpoints: weights, optimizer state and position in one safetensors file, so that it is replaced as a whole.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { FileError } from "../../engine/errors.ts";
import { requirePath } from "../files.ts";
import { readSafetensors, type SafetensorsEntry, writeSafetensors } from "../weights/safetensors.ts";
import type { Callback } from "./callbacks.ts";
import { type TrainingSnapshot, trainingPositionSchema } from "./snapshot.ts";

const slotPrefix = "optimizer/";
const keptPrefix = "callback/";

/** The file within a run's checkpoint folder. */
export function checkpointPath(folder: string): string {
  requirePath("checkpoint", folder);
  return join(folder, "training.safetensors");
}

export function hasCheckpoint(folder: string): boolean {
  return existsSync(checkpointPath(folder));
}

/** Writes a snapshot; the one before stays until the new one is whole. Throws FileError. */
export function writeCheckpoint(
  folder: string,
  snapshot: TrainingSnapshot,
  shapes: ReadonlyMap<string, readonly number[]>,
): void {
  const path = checkpointPath(folder);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new FileError(`Cannot create ${folder}: ${(cause as Error).message}`, { cause });
  }
  const entry = (name: string, path: string, data: Float32Array): SafetensorsEntry => ({
    name,
    shape: shapes.get(path) ?? [data.length],
    data,
  });
  const weights = [...snapshot.weights].map(([path, data]) => entry(path, path, data));
  const owned = (prefix: string, values: ReadonlyMap<string, Float32Array>) =>
    [...values].map(([name, data]) => entry(`${prefix}${name}`, name.slice(name.indexOf("/") + 1), data));
  const entries = [...weights, ...owned(slotPrefix, snapshot.slots), ...owned(keptPrefix, snapshot.kept)];
  writeSafetensors(path, entries, { position: JSON.stringify(snapshot.position) });
}

/** Reads the snapshot in `folder`. Throws FileError if it is missing or damaged. */
export function readCheckpoint(folder: string): TrainingSnapshot {
  const path = checkpointPath(folder);
  const { tensors, metadata } = readSafetensors(path);
  const weights = new Map<string, Float32Array>();
  const slots = new Map<string, Float32Array>();
  const kept = new Map<string, Float32Array>();
  for (const [name, { data }] of tensors) {
    if (!(data instanceof Float32Array)) throw new FileError(`${path}: ${name} is not F32.`);
    if (name.startsWith(slotPrefix)) slots.set(name.slice(slotPrefix.length), data);
    else if (name.startsWith(keptPrefix)) kept.set(name.slice(keptPrefix.length), data);
    else weights.set(name, data);
  }
  let json: unknown;
  try {
    json = JSON.parse(metadata.position ?? "");
  } catch (cause) {
    throw new FileError(`${path} is no checkpoint of wgrad: it has no readable position.`, { cause });
  }
  const position = trainingPositionSchema.safeParse(json);
  if (!position.success)
    throw new FileError(`${path}: the position of the checkpoint is damaged: ${position.error.message}`);
  return { position: position.data, weights, slots, kept };
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
    onEpochEnd: (_epoch, _logs, control) => save(control),
    onInterrupt: save,
  };
}

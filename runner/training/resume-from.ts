/** @file The checkpoint that a run or a part of a study goes on from. */
import { FileError, UsageError } from "../../engine/errors.ts";
import { readCheckpoint } from "../../models/checkpoint/checkpoint.ts";
import type { TrainingSnapshot } from "../../models/checkpoint/snapshot.ts";

/** Throws FileError if it is of another seed, UsageError if it has more epochs than there shall be. */
export async function resumeFrom(
  checkpoint: string,
  { seed, epochs }: { readonly seed: number; readonly epochs: number },
): Promise<TrainingSnapshot> {
  const snapshot = await readCheckpoint(checkpoint);
  const { position } = snapshot;
  if (position.seed !== seed) {
    throw new FileError(`${checkpoint} was written with seed ${position.seed}, config.json says ${seed}.`);
  }
  const begun = position.epoch + (position.batch > 0 ? 1 : 0);
  if (begun > epochs)
    throw new UsageError(`--resume: epoch ${begun} has begun, so the run cannot end after ${epochs}.`);
  return snapshot;
}

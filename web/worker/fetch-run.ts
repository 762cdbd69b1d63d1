/** @file The run that `wgrad lab --run RUN` was started with: its last checkpoint. */
import { FileError } from "../../engine/errors.ts";
import { snapshotOf } from "../../models/checkpoint/checkpoint-format.ts";
import type { TrainingSnapshot } from "../../models/checkpoint/snapshot.ts";
import { readSafetensors } from "../../models/weights/safetensors.ts";

/** `page`: its address, below which the server is. Rejects with FileError if that has no run. */
export async function fetchRun(page: string): Promise<TrainingSnapshot> {
  const response = await fetch(new URL("api/run/checkpoint", page)).catch(() => undefined);
  if (!response?.ok || response.headers.get("content-type") !== "application/octet-stream")
    throw new FileError("The link is to a run, and the server was started without one: wgrad lab --run RUN.");
  const bytes = new Uint8Array(await response.arrayBuffer());
  return snapshotOf("the run's checkpoint", await readSafetensors(bytes));
}

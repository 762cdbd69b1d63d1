/** @file The run that `wgrad lab --run RUN` was started with: its last checkpoint, and how it was made. */
import { FileError } from "../../engine/errors.ts";
import { snapshotOf } from "../../models/checkpoint/checkpoint-format.ts";
import type { TrainingSnapshot } from "../../models/checkpoint/snapshot.ts";
import { readSafetensors } from "../../models/weights/safetensors.ts";
import { type PageSettings, readPageSettings } from "../../runner/lab/page-run.ts";

export interface FetchedRun {
  readonly snapshot: TrainingSnapshot;
  readonly settings: PageSettings;
}

/** `page`: its address, below which the server is. Rejects with FileError if that has no run. */
export async function fetchRun(page: string): Promise<FetchedRun> {
  const [checkpoint, settings] = await Promise.all([
    fetched(page, "checkpoint", "application/octet-stream"),
    fetched(page, "settings", "application/json"),
  ]);
  const bytes = new Uint8Array(await checkpoint.arrayBuffer());
  return {
    snapshot: snapshotOf("the run's checkpoint", await readSafetensors(bytes)),
    settings: readPageSettings(await settings.json()),
  };
}

async function fetched(page: string, what: string, type: string): Promise<Response> {
  const response = await fetch(new URL(`api/run/${what}`, page)).catch(() => undefined);
  if (response?.ok && response.headers.get("content-type") === type) return response;
  throw new FileError("The link is to a run, and the server was started without one: wgrad lab --run RUN.");
}

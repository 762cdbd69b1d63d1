/** @file A training run whose device goes away. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadDataset } from "../../datasets/sources/load-dataset.ts";
import type { AdapterChoice } from "../../engine/adapter.ts";
import { createEngine } from "../../engine/device.ts";
import { DeviceLostError } from "../../engine/errors.ts";
import { findExperiment } from "../../experiments/registry.ts";
import { svhnC } from "../../experiments/svhn/svhn-c.ts";
import { resolveSettings } from "../../runner/settings.ts";
import { runTrainingExperiment } from "../../runner/training/train-run.ts";
import { useTemporaryFolder } from "../datasets/support/temporary-folder.ts";
import { adapter } from "./run.ts";
import { checkpointPosition } from "./support/weights-file.ts";

const folder = useTemporaryFolder();

it("leaves the checkpoint of the last finished epoch and an error with exit code 1 that says so", async () => {
  const engine = await createEngine({ adapter: adapter as AdapterChoice });
  const counts = { train: 20, test: 10 };
  const dataset = await loadDataset("svhn", {
    data: folder(),
    allowDownload: false,
    syntheticCounts: counts,
  });
  const options = { epochs: 3, batch: 5, seed: 1, profile: "quick", shuffle: true } as const;
  const run = runTrainingExperiment({
    experiment: svhnC,
    engine,
    dataset,
    settings: resolveSettings(svhnC, options, engine.adapter),
    folder: folder(),
    started: new Date(),
    events: {
      line: () => {},
      progress: () => {},
      // called when the epoch is done, and before its checkpoint is saved
      epochDone: (epoch) => void (epoch === 1 && engine.device.destroy()),
    },
    find: findExperiment,
    saveInitial: false,
    resume: false,
    signal: new AbortController().signal,
  });
  const error: unknown = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DeviceLostError);
  expect(error).toMatchObject({ exitCode: 1, message: expect.stringContaining("--resume") });
  const saved = checkpointPosition(join(folder(), "checkpoint", "training.safetensors"));
  expect(saved).toMatchObject({ epoch: 1, batch: 0, step: 4 }); // 20 images, 5 at a time
  const history = JSON.parse(readFileSync(join(folder(), "history.json"), "utf8"));
  expect(history.epoch.length).toBeGreaterThanOrEqual(1);
});

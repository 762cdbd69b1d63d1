/** @file Runs a study in this process, on a few synthetic digits. */

import type { Dataset } from "../../../../datasets/dataset.ts";
import { type DatasetId, loadDataset } from "../../../../datasets/sources/load-dataset.ts";
import type { Engine } from "../../../../engine/device.ts";
import { findExperiment } from "../../../../experiments/registry.ts";
import type { StudyExperiment } from "../../../../runner/experiment.ts";
import type { RunContext } from "../../../../runner/run.ts";
import type { RunSettings } from "../../../../runner/store/schemas.ts";
import { runStudyExperiment } from "../../../../runner/study/study-run.ts";

export const quickSettings: RunSettings = {
  profile: "quick",
  epochs: 2,
  batch: 10,
  limit: null,
  testLimit: null,
  seed: 3,
  shuffle: true,
  eager: false,
  precision: "float32",
  literal: false,
  trial: null,
  changes: {},
};

/** `train` and `test` synthetic digits; no files, no network. */
export function digits(train: number, test: number, id: DatasetId = "mnist"): Promise<Dataset> {
  return loadDataset(id, {
    data: "/nowhere",
    allowDownload: false,
    seed: 5,
    syntheticCounts: { train, test },
  });
}

export interface StudyRun {
  readonly result: Record<string, unknown>;
  readonly lines: readonly string[];
}

/** What a study in `folder` works with; nobody is told what happens. */
export function studyContext(
  engine: Engine,
  experiment: StudyExperiment,
  dataset: Dataset,
  folder: string,
  settings: Partial<RunSettings> = {},
): RunContext<StudyExperiment> {
  return {
    experiment,
    engine,
    dataset,
    settings: { ...quickSettings, ...settings },
    folder,
    started: new Date(),
    events: { line: () => {}, progress: () => {}, epochDone: () => {} },
    find: findExperiment,
    saveInitial: false,
    resume: false,
    signal: new AbortController().signal,
  };
}

/** Runs the study in `folder`; `stop` may end it after an epoch, by what has been printed. */
export async function runStudy(
  engine: Engine,
  experiment: StudyExperiment,
  dataset: Dataset,
  folder: string,
  settings: Partial<RunSettings> = {},
  stop: (lines: readonly string[], epoch: number) => boolean = () => false,
): Promise<StudyRun> {
  const controller = new AbortController();
  const lines: string[] = [];
  const result = await runStudyExperiment({
    ...studyContext(engine, experiment, dataset, folder, settings),
    events: {
      line: (text) => lines.push(text),
      progress: () => {},
      epochDone: (epoch) => {
        if (stop(lines, epoch)) controller.abort();
      },
    },
    signal: controller.signal,
  });
  return { result, lines };
}

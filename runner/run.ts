/** @file What every run has: engine, data, settings, folder; and the events that the command line shows. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Dataset } from "../datasets/dataset.ts";
import type { AdapterChoice } from "../engine/adapter.ts";
import type { Engine } from "../engine/device.ts";
import type { Progress } from "../models/callbacks/callback.ts";
import type { Logs } from "../models/fit/history.ts";
import type { DatasetFacts, RunFacts } from "../report/run-report.ts";
import type { Experiment } from "./experiment.ts";
import { writeJson } from "./json-files.ts";
import { commandOf, type RunSettings } from "./settings.ts";
import { type RunConfig, readConfig } from "./store/run-folder.ts";
import { commit, versions } from "./versions.ts";

/** How a run tells what happens. */
export interface RunEvents {
  /** a line of text that stays */
  line(text: string): void;
  progress(progress: Progress): void;
  epochDone(epoch: number, epochs: number, logs: Logs): void;
}

export interface RunContext<E extends Experiment = Experiment> {
  readonly experiment: E;
  /** finds those that `experiment` builds on. Throws UsageError if there is none with this id */
  readonly find: (id: string) => Experiment;
  readonly engine: Engine;
  /** as loaded: all images */
  readonly dataset: Dataset;
  readonly settings: RunSettings;
  readonly folder: string;
  readonly started: Date;
  readonly events: RunEvents;
  /** the data folder, if one was named */
  readonly data?: string;
  /** training images stay in main memory; decided by their size if absent */
  readonly stream?: boolean;
  /** to make a new engine after the device was lost */
  readonly adapter?: AdapterChoice;
  readonly saveInitial: boolean;
  readonly resume: boolean;
  readonly signal: AbortSignal;
}

/** Final figures by name; what result.json holds under "measured". */
export type Measured = Record<string, number>;

/** Writes config.json. A run that is resumed keeps the time of its start. */
export function writeConfig(
  context: RunContext,
  method: RunConfig["method"] = {},
  own: Partial<Pick<RunConfig, "experiment" | "command">> = {},
): RunConfig {
  const { experiment, engine, dataset, settings, folder } = context;
  const { class: kind, vendor, architecture, device, description } = engine.adapter;
  const config: RunConfig = {
    experiment: experiment.id,
    command: commandOf(experiment, settings),
    settings,
    ...timesOf(context),
    adapter: { class: kind, vendor, architecture, device, description },
    versions: versions(),
    commit: commit() ?? null,
    method,
    ...own,
    dataset: {
      id: dataset.id,
      origin: dataset.origin,
      note: dataset.note,
      train: dataset.train.count,
      test: dataset.test.count,
      files: dataset.files.map((file) => ({ ...file })),
    },
  };
  writeJson(`${folder}/config.json`, config);
  return config;
}

/** Writes result.json; and config.json once more, should somebody have deleted the folder meanwhile. */
export function writeResult(
  folder: string,
  config: RunConfig,
  result: Readonly<Record<string, unknown>>,
): void {
  const path = join(folder, "config.json");
  if (!existsSync(path)) writeJson(path, config);
  writeJson(join(folder, "result.json"), result);
}

/** A new run's folder holds no config.json yet. */
function timesOf({ folder, started }: RunContext): Pick<RunConfig, "started" | "resumed"> {
  const now = started.toISOString();
  if (!existsSync(join(folder, "config.json"))) return { started: now, resumed: [] };
  const before = readConfig(folder);
  return { started: before.started, resumed: [...before.resumed, now] };
}

/** Of the files a data set was read from: the same text for the same images. */
export function checksumsOf(files: readonly { readonly md5: string }[]): string {
  return files.map(({ md5 }) => md5).join();
}

/** The report's facts about the data. */
export function datasetFacts({ dataset }: RunContext): DatasetFacts {
  const { title, origin, note, license, citation, files, train, test } = dataset;
  const counts = [
    { name: "training images", count: train.count },
    { name: "test images", count: test.count },
  ];
  return { title, origin, note, counts, license, citation, files };
}

/** The report's facts about the run that do not depend on the kind of experiment. */
export function runFacts(context: RunContext, config: RunConfig, limits: string | undefined): RunFacts {
  const { engine, experiment, settings, started } = context;
  const full = commandOf(experiment, { ...settings, ...fullSettings(experiment), profile: "full" });
  return {
    profile: settings.profile,
    adapter: engine.adapter.description || engine.adapter.device,
    versions: config.versions,
    seed: settings.seed,
    started: config.started,
    minutes: (Date.now() - started.getTime()) / 60_000,
    command: config.command,
    ...(config.commit ? { commit: config.commit } : {}),
    ...(limits ? { limits, fullCommand: full } : {}),
  };
}

function fullSettings({ profiles }: Experiment) {
  const { epochs, batch, limit = null, testLimit = null } = profiles.full;
  return { epochs, batch, limit, testLimit };
}

/** For result.json: each published figure with ours, null where the run has none. */
export function publishedBeside({ published }: Experiment, measured: Readonly<Record<string, number>>) {
  return published.map(({ name, measure, value, source }) => ({
    name,
    measure,
    published: value,
    measured: measured[measure] ?? null,
    source,
  }));
}

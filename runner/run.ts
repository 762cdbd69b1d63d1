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
import type { SampleSet } from "./samples.ts";
import { commandOf } from "./settings.ts";
import { type RunResult, readConfig } from "./store/run-folder.ts";
import { describeImages } from "./store/runs.ts";
import type { RunConfig, RunSettings } from "./store/schemas.ts";
import type { LoadedBackbone } from "./transfer/prepare.ts";
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
  readonly dataset: Dataset<SampleSet>;
  readonly settings: RunSettings;
  readonly folder: string;
  readonly started: Date;
  readonly events: RunEvents;
  /** of transfer: what the network begins with */
  readonly backbone?: LoadedBackbone;
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
    ...(experiment.file ? { file: experiment.file } : {}),
    settings,
    ...timesOf(context),
    adapter: { class: kind, vendor, architecture, device, description },
    versions: versions(),
    commit: commit() ?? null,
    method,
    ...own,
    dataset: describeImages(dataset),
  };
  writeJson(`${folder}/config.json`, config);
  return config;
}

/** What a run found out. */
export interface Outcome {
  readonly measured: Measured;
  /** images used, all of the data set unless given */
  readonly images?: { readonly train: number; readonly validation?: number; readonly test: number };
  /** of training; none where nothing was trained */
  readonly epochs?: number;
  /** weights of the network that was trained, and of that of the full profile */
  readonly parameters?: number | null;
  readonly parametersInFull?: number | null;
  /** what only experiments of its kind have */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** What result.json holds of any run: figures, how they were made, and the published ones beside them. */
export function resultOf(context: RunContext, config: RunConfig, outcome: Outcome): RunResult {
  const { settings, dataset, experiment } = context;
  const { measured, epochs, parameters = null, parametersInFull = null, more = {} } = outcome;
  const { images = { train: dataset.train.count, test: dataset.test.count } } = outcome;
  return {
    experiment: config.experiment,
    profile: settings.profile,
    ...(settings.trial === null ? {} : { trial: settings.trial }),
    ...(epochs === undefined ? {} : { epochs }),
    seed: settings.seed,
    dataset: { origin: dataset.origin, note: dataset.note, ...images },
    parameters,
    parameters_in_full: parametersInFull,
    adapter: config.adapter,
    method: config.method,
    measured,
    published: publishedBeside(experiment, measured),
    ...more,
  };
}

/** A new run's folder holds no config.json yet. */
function timesOf({ folder, started }: RunContext): Pick<RunConfig, "started" | "resumed"> {
  const now = started.toISOString();
  if (!existsSync(join(folder, "config.json"))) return { started: now, resumed: [] };
  const before = readConfig(folder);
  return { started: before.started, resumed: [...before.resumed, now] };
}

/** The report's facts about the data. */
export function datasetFacts({ dataset }: RunContext): DatasetFacts {
  const { title, origin, note, license, citation, files, train, test } = dataset;
  const counts = [
    { name: origin === "own" ? "training samples" : "training images", count: train.count },
    { name: origin === "own" ? "test samples" : "test images", count: test.count },
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

/** Each published figure with ours, null where the run has none. */
function publishedBeside({ published }: Experiment, measured: Readonly<Record<string, number>>) {
  return published.map(({ name, measure, value, source }) => ({
    name,
    measure,
    published: value,
    measured: measured[measure] ?? null,
    source,
  }));
}

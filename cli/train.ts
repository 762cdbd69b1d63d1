/** @file `wgrad train`: runs an experiment and writes its folder. */
import type { Dataset } from "../datasets/dataset.ts";
import { loadDataset } from "../datasets/load-dataset.ts";
import { type AdapterChoice, requireHalf } from "../engine/adapter.ts";
import { createEngine } from "../engine/device.ts";
import { InterruptedError, UsageError } from "../engine/errors.ts";
import type { DataExperiment, Experiment, TrainingExperiment } from "../experiments/experiment.ts";
import { findExperiment } from "../experiments/registry.ts";
import { runDataExperiment } from "../experiments/run/data-run.ts";
import type { RunContext, RunEvents } from "../experiments/run/run.ts";
import {
  createRunFolder,
  findRunFolder,
  type RunConfig,
  readConfig,
  shown,
  sourceOf,
} from "../experiments/run/run-folder.ts";
import { type RunOptions, type RunSettings, resolveSettings } from "../experiments/run/settings.ts";
import { shortfalls } from "../experiments/run/shortfall.ts";
import { runTrainingExperiment } from "../experiments/run/train-run.ts";
import { hasCheckpoint } from "../models/training/checkpoint.ts";
import { DownloadLine } from "./download-line.ts";
import { interruptSignal } from "./interrupt.ts";
import { ProgressDisplay } from "./progress.ts";
import { printResult } from "./result.ts";

export interface TrainOptions extends RunOptions {
  readonly data?: string;
  readonly out?: string;
  readonly adapter: AdapterChoice;
  readonly resume?: boolean;
  readonly saveInitial?: boolean;
  readonly json?: boolean;
}

export async function train(id: string, options: TrainOptions): Promise<void> {
  const experiment = findExperiment(id);
  const stream = options.json ? process.stderr : process.stdout;
  const display = new ProgressDisplay(stream);
  const events: RunEvents = {
    line: (text) => {
      display.clear();
      stream.write(`${text}\n`);
    },
    progress: (progress) => display.update(progress),
    epochDone: (epoch, epochs, logs) => display.epochDone(epoch, epochs, logs),
  };
  const started = new Date();
  const resumed = options.resume ? findRunFolder(experiment.id, options.out) : undefined;
  const before = resumed === undefined ? undefined : resumedConfig(experiment, resumed);
  if (before) checkResumedPrecision(before, options);
  const engine = await createEngine({ adapter: options.adapter });
  const settings = before
    ? { ...before.settings, epochs: options.epochs ?? before.settings.epochs } // more epochs may be asked for
    : resolveSettings(experiment, options, engine.adapter);
  if (settings.precision === "mixed") requireHalf("--precision mixed", engine.adapter);
  const folder = resumed ?? createRunFolder(experiment.id, options.out, started);
  const dataset = await loadDataset(experiment.dataset, {
    ...(before && sourceOf(before)),
    ...(options.data ? { data: options.data } : {}),
    seed: settings.seed,
    onProgress: new DownloadLine(stream).show,
  });
  if (before) checkSameImages(before, dataset);
  announce(experiment, settings, dataset, engine.adapter.description || engine.adapter.device, events);
  const context = {
    engine,
    dataset,
    settings,
    folder,
    started,
    events,
    saveInitial: options.saveInitial ?? false,
    // a run that was killed before its first checkpoint starts again
    resume: resumed !== undefined && hasCheckpoint(`${folder}/checkpoint`),
    signal: interruptSignal(() => events.line("stopping after this step ...")),
  };
  const result = await runExperiment(experiment, context).catch((error: unknown) => {
    throw error instanceof InterruptedError
      ? withResumeCommand(error, experiment.id, folder, options)
      : error;
  });
  if (options.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  printResult(experiment, result, events);
  events.line(`report: ${shown(`${folder}/report.html`)}`);
}

async function runExperiment(experiment: Experiment, context: Omit<RunContext, "experiment">) {
  return experiment.kind === "data"
    ? runDataExperiment({ ...context, experiment: experiment satisfies DataExperiment })
    : runTrainingExperiment({ ...context, experiment: experiment satisfies TrainingExperiment });
}

/** What config.json says about the run to continue. Throws UsageError if it is of another experiment. */
function resumedConfig(experiment: Experiment, folder: string): RunConfig {
  const config = readConfig(folder);
  if (config.experiment !== experiment.id) {
    throw new UsageError(`--resume: ${folder} is a run of ${config.experiment}, not of ${experiment.id}.`);
  }
  return config;
}

/** In another precision a run would not continue to the same bits. */
function checkResumedPrecision(
  { settings }: RunConfig,
  { precision = settings.precision }: TrainOptions,
): void {
  if (precision === settings.precision) return;
  throw new UsageError(
    `--resume: the run began with --precision ${settings.precision} and goes on with it, not with ${precision}.`,
  );
}

/** On other images a run would not continue to the same bits. */
function checkSameImages({ dataset: before }: RunConfig, now: Dataset): void {
  const sums = (files: readonly { md5: string }[]) => files.map(({ md5 }) => md5).join();
  const counts = before.train === now.train.count && before.test === now.test.count;
  if (counts && before.origin === now.origin && sums(before.files) === sums(now.files)) return;
  throw new UsageError(
    `--resume: the images are not those the run began with. Then: ${before.note} Now: ${now.note} ` +
      "Name the folder of the first with --data, or start a new run.",
  );
}

function withResumeCommand(error: InterruptedError, id: string, folder: string, { adapter }: TrainOptions) {
  const path = shown(folder);
  const quoted = /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
  const words = ["npm run train --", id, "--resume --out", quoted];
  if (adapter !== "auto") words.push("--adapter", adapter);
  return new InterruptedError(`${error.message} Continue with: ${words.join(" ")}`, { cause: error });
}

/** What will run on which data and adapter, and how it falls short of the experiment. */
export function announce(
  experiment: Experiment,
  settings: RunSettings,
  dataset: Dataset,
  adapter: string,
  events: Pick<RunEvents, "line">,
): void {
  events.line(`${experiment.id}: ${experiment.title}`);
  events.line(`adapter: ${adapter}`);
  events.line(`data:    ${dataset.note}`);
  if (experiment.kind === "data") return;
  const missing = shortfalls(experiment, settings, dataset);
  if (missing.length > 0) {
    events.line(`profile: ${settings.profile}, NOT the experiment in full:`);
    for (const part of missing) events.line(`         - ${part}`);
    events.line(`         in full: npm run train -- ${experiment.id} --profile full`);
  }
  events.line("");
  events.line(experiment.network(settings.profile).summaryText());
  events.line("");
}

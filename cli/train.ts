/** @file `wgrad train`: runs an experiment and writes its folder. */
import { loadDataset } from "../datasets/load-dataset.ts";
import type { AdapterChoice } from "../engine/adapter.ts";
import { createEngine } from "../engine/device.ts";
import { UsageError } from "../engine/errors.ts";
import type { DataExperiment, Experiment, TrainingExperiment } from "../experiments/experiment.ts";
import { findExperiment } from "../experiments/registry.ts";
import { runDataExperiment } from "../experiments/run/data-run.ts";
import type { RunContext, RunEvents } from "../experiments/run/run.ts";
import { createRunFolder, findRunFolder, readConfig, shown } from "../experiments/run/run-folder.ts";
import { type RunOptions, type RunSettings, resolveSettings } from "../experiments/run/settings.ts";
import { runTrainingExperiment } from "../experiments/run/train-run.ts";
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
  const engine = await createEngine({ adapter: options.adapter });
  const settings = resumed
    ? resumedSettings(experiment, resumed, options)
    : resolveSettings(experiment, options, engine.adapter);
  const folder = resumed ?? createRunFolder(experiment.id, options.out, started);
  const dataset = await loadDataset(experiment.dataset, {
    ...(options.data ? { data: options.data } : {}),
    seed: settings.seed,
    onProgress: new DownloadLine(stream).show,
  });
  announce(experiment, settings, dataset.note, engine.adapter.description || engine.adapter.device, events);
  const context = {
    engine,
    dataset,
    settings,
    folder,
    started,
    events,
    saveInitial: options.saveInitial ?? false,
    resume: resumed !== undefined,
    signal: interruptSignal(() => events.line("stopping after this step ...")),
  };
  const result = await runExperiment(experiment, context);
  if (options.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  printResult(experiment, result, events);
  events.line(`report: ${shown(`${folder}/report.html`)}`);
}

async function runExperiment(experiment: Experiment, context: Omit<RunContext, "experiment">) {
  return experiment.kind === "data"
    ? runDataExperiment({ ...context, experiment: experiment satisfies DataExperiment })
    : runTrainingExperiment({ ...context, experiment: experiment satisfies TrainingExperiment });
}

/** A resumed run keeps its settings; more epochs may be asked for. */
function resumedSettings(experiment: Experiment, folder: string, options: TrainOptions): RunSettings {
  const config = readConfig(folder);
  if (config.experiment !== experiment.id) {
    throw new UsageError(`--resume: ${folder} is a run of ${config.experiment}, not of ${experiment.id}.`);
  }
  return { ...config.settings, epochs: options.epochs ?? config.settings.epochs };
}

function announce(
  experiment: Experiment,
  settings: RunSettings,
  note: string,
  adapter: string,
  events: RunEvents,
): void {
  events.line(`${experiment.id}: ${experiment.title}`);
  events.line(`adapter: ${adapter}`);
  events.line(`data:    ${note}`);
  if (experiment.kind === "data") return;
  if (settings.profile === "quick") {
    const { quick, full } = experiment.profiles;
    events.line(
      `profile: quick, NOT the experiment in full: ${quick.description}, ${settings.epochs} epochs instead of ${full.epochs}`,
    );
    events.line(`         in full: npm run train -- ${experiment.id} --profile full`);
  }
  events.line("");
  events.line(experiment.network(settings.profile).summaryText());
  events.line("");
}

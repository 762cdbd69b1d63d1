/** @file `wgrad train`: runs an experiment and writes its folder. */
import type { Dataset } from "../datasets/dataset.ts";
import { loadDataset } from "../datasets/load-dataset.ts";
import { type AdapterChoice, requireHalf } from "../engine/adapter.ts";
import { createEngine } from "../engine/device.ts";
import { UsageError } from "../engine/errors.ts";
import { findExperiment } from "../experiments/registry.ts";
import { hasCheckpoint } from "../models/checkpoint/checkpoint.ts";
import { runDataExperiment } from "../runner/data-run.ts";
import type { Experiment, StudyExperiment } from "../runner/experiment.ts";
import { describeInputs, describeValidation } from "../runner/experiment-data.ts";
import { runReviewExperiment } from "../runner/review-run.ts";
import type { RunContext, RunEvents } from "../runner/run.ts";
import { commandOf, type RunOptions, type RunSettings, resolveSettings } from "../runner/settings.ts";
import { shortfalls } from "../runner/shortfall.ts";
import {
  createRunFolder,
  findRunFolder,
  type RunConfig,
  shown,
  sourceOf,
} from "../runner/store/run-folder.ts";
import { whileLocked } from "../runner/store/run-lock.ts";
import { runStudyExperiment } from "../runner/study/study-run.ts";
import { singleChanges } from "../runner/sweep/plan.ts";
import { startingPoint } from "../runner/training/starting-point.ts";
import { runTrainingExperiment } from "../runner/training/train-run.ts";
import { trainingVariant } from "../runner/variant.ts";
import { DownloadLine } from "./download-line.ts";
import { interruptSignal } from "./interrupt.ts";
import { printResult } from "./result.ts";
import { checkKeeps, checkSameImages, otherAdapter, resumedConfig, withWayOn } from "./resume.ts";
import { sweepExperiment } from "./sweep.ts";
import { terminalEvents } from "./terminal-events.ts";

export interface TrainOptions extends RunOptions {
  readonly data?: string;
  readonly out?: string;
  readonly adapter: AdapterChoice;
  readonly resume?: boolean;
  readonly saveInitial?: boolean;
  /** `name=value`, as typed */
  readonly set?: readonly string[];
  readonly stream?: boolean;
  readonly json?: boolean;
  /** those that stand on the command line; the others have their default */
  readonly typed?: Partial<TrainOptions>;
}

export async function train(id: string, options: TrainOptions): Promise<void> {
  const experiment = findExperiment(id);
  if (experiment.kind === "sweep" && options.trial === undefined)
    return sweepExperiment(experiment, { ...options, fresh: !options.resume });
  const started = new Date();
  const runs = options.trial === undefined ? id : `${id}-trial`;
  const resumed = options.resume ? findRunFolder(runs, options.out) : undefined;
  const before = resumed === undefined ? undefined : resumedConfig(experiment, resumed);
  if (before && resumed !== undefined) checkKeeps(experiment, before, resumed, options.typed ?? {});
  const given = { ...options, changes: singleChanges(options.set) };
  const engine = await createEngine({ adapter: options.adapter });
  const settings = before
    ? { ...before.settings, epochs: options.epochs ?? before.settings.epochs } // more epochs may be asked for
    : resolveSettings(experiment, given, engine.adapter);
  if (settings.precision === "mixed") requireHalf("--precision mixed", engine.adapter);
  const variant = variantOf(experiment, settings);
  const folder = resumed ?? createRunFolder(runs, options.out, started);
  const ways = { resume: `npm run train -- ${id} --resume`, again: commandOf(variant, settings) };
  try {
    const run = { experiment: variant, engine, settings, folder, started, before };
    await whileLocked(folder, () => trainIn(run, options));
  } catch (error) {
    throw withWayOn(error, ways, folder, options);
  }
}

interface RunToTrain extends Pick<RunContext, "experiment" | "engine" | "settings" | "folder" | "started"> {
  /** of a resumed run: its config.json */
  readonly before: RunConfig | undefined;
}

/** Loads the images, runs the experiment, and prints what came of it. */
async function trainIn(run: RunToTrain, options: TrainOptions): Promise<void> {
  const { experiment, engine, settings, folder, before } = run;
  const { events, stream } = terminalEvents(options.json);
  const source = before ? sourceOf(before, options.data) : options.data ? { data: options.data } : {};
  const dataset = await loadDataset(experiment.dataset, {
    ...source,
    seed: settings.seed,
    onProgress: new DownloadLine(stream).show,
  });
  if (before) checkSameImages(before, dataset);
  announce(experiment, settings, dataset, engine.adapter.description || engine.adapter.device, events);
  const elsewhere = before && otherAdapter(before, engine.adapter);
  if (elsewhere) events.line(elsewhere);
  const result = await runExperiment(experiment, {
    ...run,
    dataset,
    events,
    ...source,
    ...(options.stream ? { stream: true } : {}),
    find: findExperiment,
    saveInitial: options.saveInitial ?? false,
    // a run that was killed before its first checkpoint starts again
    resume: before !== undefined && (await hasCheckpoint(`${folder}/checkpoint`)),
    signal: interruptSignal(() => events.line("stopping after this step ...")),
  });
  if (options.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  printResult(experiment, result, events);
  events.line(`report: ${shown(`${folder}/report.html`)}`);
}

/** The experiment with trial and changes. Throws UsageError if they make no sense for it. */
function variantOf(experiment: Experiment, settings: RunSettings): Experiment {
  const literal = settings.literal && experiment.kind !== "study"; // a study's steps see to that
  const plain = settings.trial === null && !literal && Object.keys(settings.changes).length === 0;
  return plain ? experiment : trainingVariant(experiment, settings);
}

async function runExperiment(experiment: Experiment, context: Omit<RunContext, "experiment">) {
  switch (experiment.kind) {
    case "data":
      return runDataExperiment({ ...context, experiment });
    case "training":
      return runTrainingExperiment(
        { ...context, experiment },
        await startingPoint({ ...context, experiment }),
      );
    case "study":
      return runStudyExperiment({ ...context, experiment });
    case "review":
      return runReviewExperiment({ ...context, experiment });
    case "sweep":
      throw new UsageError(`${experiment.id} is a sweep: name one of its trials with --trial.`);
  }
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
  if (experiment.kind === "study") announceStudy(experiment, settings, events);
  if (experiment.kind !== "training") return;
  const { validation } = experiment;
  if (validation instanceof Object) {
    const images = Math.min(settings.limit ?? dataset.train.count, dataset.train.count);
    events.line(`validation: ${describeValidation(experiment, images, settings.seed)}`);
  }
  const inputs = describeInputs(experiment, settings.profile);
  if (inputs) events.line(`inputs:  ${inputs}`);
  if (settings.literal) events.line(`literal: ${experiment.literal?.explanation}`);
  events.line(experiment.network(settings.profile).summaryText());
  events.line("");
}

/** What is literal about it, and its main network. */
function announceStudy(
  { literal, main }: StudyExperiment,
  settings: RunSettings,
  events: Pick<RunEvents, "line">,
): void {
  if (settings.literal) events.line(`literal: ${literal?.explanation}`);
  if (!main) return;
  events.line(main.network(settings.profile).summaryText());
  events.line("");
}

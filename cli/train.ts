/** @file `wgrad train`: runs an experiment and writes its folder. */
import { requireHalf } from "../engine/adapter.ts";
import { createEngine } from "../engine/device.ts";
import { UsageError } from "../engine/errors.ts";
import { findExperiment } from "../experiments/registry.ts";
import { hasCheckpoint } from "../models/checkpoint/checkpoint.ts";
import { command, typedName } from "../runner/command.ts";
import { runDataExperiment } from "../runner/data-run.ts";
import type { Experiment } from "../runner/experiment.ts";
import { type LoadedData, loadData } from "../runner/load-data.ts";
import { roomForPhotographs } from "../runner/open-data.ts";
import { explained } from "../runner/own/load.ts";
import { runReviewExperiment } from "../runner/review-run.ts";
import type { RunContext } from "../runner/run.ts";
import { commandOf, resolveSettings } from "../runner/settings.ts";
import { shown, sourceOf } from "../runner/store/run-folder.ts";
import { whileLocked } from "../runner/store/run-lock.ts";
import { createRun, runToResume, trialsOf } from "../runner/store/runs.ts";
import type { RunConfig, RunSettings } from "../runner/store/schemas.ts";
import { runStudyExperiment } from "../runner/study/study-run.ts";
import { singleChanges } from "../runner/sweep/plan.ts";
import { startingPoint } from "../runner/training/starting-point.ts";
import { runTrainingExperiment } from "../runner/training/train-run.ts";
import {
  askedBackbone,
  backboneLines,
  type ChosenBackbone,
  chooseBackbone,
  withBackbone,
} from "../runner/transfer/choose-backbone.ts";
import { imagenetWeights } from "../runner/transfer/imagenet-weights.ts";
import { loadBackbone } from "../runner/transfer/load-backbone.ts";
import { trainingVariant } from "../runner/variant.ts";
import { announce } from "./announce.ts";
import { DecodingLine } from "./decoding-line.ts";
import { DownloadLine } from "./download-line.ts";
import { findNamed } from "./find.ts";
import { interruptSignal } from "./interrupt.ts";
import type { TrainOptions } from "./options.ts";
import { printResult } from "./result.ts";
import { checkKeeps, checkSameImages, otherAdapter, otherFile, resumedConfig, withWayOn } from "./resume.ts";
import { sweepExperiment } from "./sweep.ts";
import { terminalEvents } from "./terminal-events.ts";

export async function train(id: string, options: TrainOptions): Promise<void> {
  const experiment = await findNamed(id);
  if (experiment.kind === "sweep" && options.trial === undefined)
    return sweepExperiment(experiment, { ...options, fresh: !options.resume });
  const started = new Date();
  const runs = options.trial === undefined ? experiment.id : trialsOf(experiment.id);
  const resumed = options.resume ? runToResume(runs, options.out) : undefined;
  const before = resumed === undefined ? undefined : resumedConfig(experiment, resumed);
  if (before && resumed !== undefined) checkKeeps(experiment, before, resumed, options.typed ?? {});
  const asked = before ? before.settings.backbone : askedBackbone(options);
  const downloading = new DownloadLine(terminalEvents(options.json).stream).show;
  const chosen = await chooseBackbone(experiment, asked, imagenetWeights(options.data, downloading));
  const { adapter, memoryLimit } = options;
  const engine = await createEngine({ adapter, ...(memoryLimit === undefined ? {} : { memoryLimit }) });
  const settings = before
    ? resumedSettings(before.settings, options)
    : resolveSettings(
        experiment,
        { ...withBackbone(options, chosen?.name ?? asked), changes: singleChanges(options.set) },
        engine.adapter,
      );
  if (settings.precision === "mixed") requireHalf("--precision mixed", engine.adapter);
  const variant = variantOf(experiment, settings);
  const folder = resumed ?? createRun(runs, options.out, started);
  const resume = command("train", `${typedName(experiment)} --resume`);
  const ways = { resume, again: commandOf(variant, settings) };
  try {
    const run = { experiment: variant, engine, settings, folder, started, before, chosen };
    await whileLocked(folder, () => trainIn(run, options));
  } catch (error) {
    throw withWayOn(explained(error, experiment), ways, folder, options);
  }
}

/** More epochs may be asked for, and less memory, which changes no result. */
function resumedSettings(before: RunSettings, { epochs, recompute }: TrainOptions): RunSettings {
  return { ...before, epochs: epochs ?? before.epochs, ...(recompute ? { recompute } : {}) };
}

interface RunToTrain extends Pick<RunContext, "experiment" | "engine" | "settings" | "folder" | "started"> {
  /** of a resumed run: its config.json */
  readonly before: RunConfig | undefined;
  /** of transfer */
  readonly chosen: ChosenBackbone | undefined;
}

/** Loads the images, runs the experiment, and prints what came of it. */
async function trainIn(run: RunToTrain, options: TrainOptions): Promise<void> {
  const { experiment, engine, settings } = run;
  const { events, stream } = terminalEvents(options.json);
  const source = sourceFor(run, options);
  const dataset = await loadData(experiment, {
    ...source,
    seed: settings.seed,
    backbone: settings.backbone,
    onProgress: new DownloadLine(stream).show,
    onDecoded: new DecodingLine(stream).show,
    onLine: events.line,
    storesBeyond: roomForPhotographs(experiment, engine, options.stream),
  });
  try {
    await trainOn(dataset, run, options);
  } finally {
    await dataset.close?.();
  }
}

async function trainOn(dataset: LoadedData, run: RunToTrain, options: TrainOptions): Promise<void> {
  const { experiment, engine, settings, folder, before, chosen } = run;
  const { events } = terminalEvents(options.json);
  const source = sourceFor(run, options);
  if (before) checkSameImages(before, dataset);
  const adapter = engine.adapter.description || engine.adapter.device;
  announce(experiment, settings, dataset, adapter, events, chosen ? backboneLines(chosen) : []);
  const changed = before && otherFile(before, experiment);
  if (changed) events.line(changed);
  const elsewhere = before && otherAdapter(before, engine.adapter);
  if (elsewhere) events.line(elsewhere);
  const context = {
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
  };
  const loaded = chosen && (await loadBackbone(context, chosen));
  const result = await runExperiment(experiment, { ...context, ...(loaded ? { backbone: loaded } : {}) });
  if (options.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  printResult(experiment, result, events);
  events.line(`report: ${shown(`${folder}/report.html`)}`);
}

function sourceFor({ before }: RunToTrain, { data }: TrainOptions) {
  return before ? sourceOf(before, data) : data ? { data } : {};
}

/** The experiment with trial and changes. Throws UsageError if they make no sense for it. */
function variantOf(experiment: Experiment, settings: RunSettings): Experiment {
  const literal = settings.literal && experiment.kind !== "study"; // a study's steps see to that
  const plain =
    settings.trial === null &&
    !literal &&
    Object.keys(settings.changes).length === 0 &&
    !settings.photographs;
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

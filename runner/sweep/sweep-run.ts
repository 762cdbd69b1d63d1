/** @file Running a sweep: its trials one after the other, each in a folder of its own, then the table and the report. */
import { join } from "node:path";
import { createEngine } from "../../engine/device.ts";
import {
  DeviceLostError,
  InterruptedError,
  NumericError,
  UsageError,
  WgradError,
} from "../../engine/errors.ts";
import { makeFolder } from "../../engine/platform/node/files.ts";
import { hasCheckpoint } from "../../models/checkpoint/checkpoint.ts";
import { fromJsonNumber } from "../../models/exact-json.ts";
import { writeRunReport } from "../../report/write-report.ts";
import type { SweepExperiment, TrainingExperiment } from "../experiment.ts";
import { imageCounts } from "../experiment-data.ts";
import { resultOf, writeConfig } from "../run.ts";
import {
  isFinished,
  isRun,
  parse,
  type RunResult,
  readConfig,
  shown,
  writeResult,
} from "../store/run-folder.ts";
import { whileLocked } from "../store/run-lock.ts";
import { describeImages, findRuns, sameJson } from "../store/runs.ts";
import { type RunSettings, resultSchema } from "../store/schemas.ts";
import { runTrainingExperiment } from "../training/train-run.ts";
import type { PlannedTrial, SweepPlan } from "./plan.ts";
import { bestOf, summarizeTrials, type TrialResult } from "./summary.ts";
import { type SweepContext, sweepReport } from "./sweep-report.ts";
import { sweepTable, tableLines } from "./sweep-table.ts";

/** What a sweep gave. */
export interface SweepOutcome {
  readonly result: RunResult;
  readonly failed: readonly TrialResult[];
}

/** The id under which a sweep's folder and config.json stand: that of a declared sweep, else with "-sweep" behind it. */
export function sweepId({ id, kind }: SweepExperiment | TrainingExperiment): string {
  return kind === "sweep" ? id : `${id}-sweep`;
}

/** The newest sweep in runs/ with these settings and images: trials that it has finished are not run again. */
export function findSweepFolder(
  { experiment, dataset }: Pick<SweepContext, "experiment" | "dataset">,
  settings: RunSettings,
): string | undefined {
  const id = sweepId(experiment);
  const wanted = { experiment: id, images: describeImages(dataset), settings, file: experiment.file };
  return findRuns(id, wanted)[0]?.folder;
}

/** Runs what is not finished; writes config.json, result.json and the report of the sweep. Rejects if interrupted. */
export async function runSweep(context: SweepContext, plan: SweepPlan): Promise<SweepOutcome> {
  const { experiment, dataset, folder, events } = context;
  const started = Date.now();
  const method = { trials: plan.trials.map(({ name }) => name).join(" ") };
  const config = writeConfig(context, method, { experiment: sweepId(experiment), command: plan.command });
  const trials: TrialResult[] = [];
  let { engine } = context;
  for (const [i, trial] of plan.trials.entries()) {
    events.line(`trial ${i + 1} of ${plan.trials.length}: ${trial.name}`);
    const { result, deviceLost } = await runTrial({ ...context, engine }, trial);
    trials.push(result);
    if (result.error !== undefined) events.line(`  failed: ${result.error}`);
    if (deviceLost) engine = await createEngine({ adapter: context.adapter ?? "auto" });
  }
  const summaries = summarizeTrials(trials);
  const best = bestOf(summaries, plan.best);
  const table = sweepTable(summaries, best);
  events.line("");
  for (const line of tableLines(table)) events.line(line);
  const failed = trials.filter(({ status }) => status === "failed");
  const measured = best?.mean ?? {};
  const chosen = plan.trials.find(({ name }) => best?.runs.includes(name));
  const result = resultOf(context, config, {
    measured,
    images: imageCounts({ ...plan.trials[0]!, dataset, settings: context.settings }),
    epochs: context.settings.epochs,
    parameters: best?.parameters ?? null,
    parametersInFull: chosen?.experiment.parameters ?? null,
    more: {
      kind: "sweep",
      ...(context.settings.backbone ? { backbone: context.settings.backbone } : {}),
      chosen_by: plan.best,
      best: best ? { factors: best.factors, runs: best.runs } : null,
      summary: summaries,
      trials,
      minutes: (Date.now() - started) / 60_000,
    },
  });
  writeResult(folder, config, result);
  await writeRunReport(folder, await sweepReport(context, config, plan, { summaries, best, table, trials }));
  return { result, failed };
}

async function runTrial(
  context: SweepContext,
  trial: PlannedTrial,
): Promise<{ result: TrialResult; deviceLost: boolean }> {
  const { name, factors, settings, experiment } = trial;
  const folder = join(context.folder, folderName(name));
  const about = { name, factors, seed: settings.seed, folder: folderName(name) };
  try {
    const before = finishedFigures(folder, trial);
    if (before) context.events.line("  finished before");
    else makeFolder(folder);
    const train = async () => {
      const resume = await hasCheckpoint(join(folder, "checkpoint"));
      return runTrainingExperiment({ ...context, experiment, settings, folder, started: new Date(), resume });
    };
    const figures = before ?? figuresOf(await whileLocked(folder, train));
    if (!Number.isFinite(figures.measured.test_loss)) {
      throw new NumericError("The loss of the trained network on the test set is not finite.");
    }
    return { result: { ...about, status: "done", ...figures }, deviceLost: false };
  } catch (error) {
    const ends = error instanceof InterruptedError || error instanceof UsageError;
    if (!(error instanceof WgradError) || ends) throw error;
    const result: TrialResult = { ...about, status: "failed", error: error.message };
    return { result, deviceLost: error instanceof DeviceLostError };
  }
}

type TrialFigures = Required<Pick<TrialResult, "parameters" | "epochs" | "measured">>;

function figuresOf({ parameters, epochs, measured }: RunResult): TrialFigures {
  return { parameters: parameters ?? 0, epochs: epochs ?? 0, measured: measuredNumbers(measured) };
}

/** Of a trial that is done. Throws UsageError if the folder holds a run with other settings. */
function finishedFigures(folder: string, { settings, experiment }: PlannedTrial): TrialFigures | undefined {
  if (!isRun(folder)) return undefined;
  const { settings: before, file } = readConfig(folder);
  if (file?.sha256 !== experiment.file?.sha256) {
    throw new UsageError(
      `${shown(folder)} holds a trial of before the experiment's file was changed. Name another folder with --out.`,
    );
  }
  if (!sameJson(before, settings)) {
    throw new UsageError(
      `${shown(folder)} holds a trial with other settings. Name another folder with --out, or the settings it was begun with.`,
    );
  }
  if (!isFinished(folder)) return undefined;
  const figures = figuresOf(parse(join(folder, "result.json"), resultSchema));
  const { test_loss } = figures.measured;
  return test_loss === undefined || Number.isFinite(test_loss) ? figures : undefined;
}

/** Numbers as they were measured; those that are not finite were written as null once, and have their names now. */
function measuredNumbers(json: unknown): Record<string, number> {
  const entries = Object.entries(json ?? {}).map(
    ([name, value]) => [name, fromJsonNumber(value) ?? Number.NaN] as const,
  );
  return Object.fromEntries(entries);
}

/** Characters that folders may have everywhere. */
function folderName(name: string): string {
  return name.replaceAll(/[^\w.,=+-]/g, "_");
}

/** @file Running a sweep: its trials one after the other, each in a folder of its own, then the table and the report. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createEngine } from "../../engine/device.ts";
import {
  DeviceLostError,
  FileError,
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
import { readJson } from "../json-files.ts";
import { checksumsOf, publishedBeside, type RunContext, writeConfig, writeResult } from "../run.ts";
import type { RunSettings } from "../settings.ts";
import { readConfig, runsOf, shown } from "../store/run-folder.ts";
import { whileLocked } from "../store/run-lock.ts";
import { runTrainingExperiment } from "../training/train-run.ts";
import type { PlannedTrial, SweepPlan } from "./plan.ts";
import { bestOf, summarizeTrials, type TrialResult } from "./summary.ts";
import { sweepReport } from "./sweep-report.ts";
import { sweepTable, tableLines } from "./sweep-table.ts";

export type SweepContext = RunContext<SweepExperiment | TrainingExperiment>;

/** What a sweep gave. */
export interface SweepOutcome {
  readonly result: Record<string, unknown>;
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
  return runsOf(sweepId(experiment)).find((folder) => {
    if (!existsSync(join(folder, "config.json"))) return false;
    const config = readConfig(folder);
    const same = checksumsOf(config.dataset.files) === checksumsOf(dataset.files);
    return same && config.dataset.origin === dataset.origin && equalSettings(config.settings, settings);
  });
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
  const result = {
    experiment: sweepId(experiment),
    kind: "sweep",
    profile: context.settings.profile,
    epochs: context.settings.epochs,
    seed: context.settings.seed,
    dataset: {
      origin: dataset.origin,
      note: dataset.note,
      ...imageCounts({ ...plan.trials[0]!, dataset, settings: context.settings }),
    },
    parameters: best?.parameters ?? null,
    parameters_in_full:
      plan.trials.find(({ name }) => best?.runs.includes(name))?.experiment.parameters ?? null,
    adapter: config.adapter,
    chosen_by: plan.best,
    best: best ? { factors: best.factors, runs: best.runs } : null,
    measured,
    published: publishedBeside(experiment, measured),
    summary: summaries,
    trials,
    minutes: (Date.now() - started) / 60_000,
  };
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
    const result = finishedResult(folder, settings);
    if (result) context.events.line("  finished before");
    else makeFolder(folder);
    const train = async () => {
      const resume = await hasCheckpoint(join(folder, "checkpoint"));
      return runTrainingExperiment({ ...context, experiment, settings, folder, started: new Date(), resume });
    };
    const { parameters, epochs, measured } = (result ?? (await whileLocked(folder, train))) as Pick<
      TrialResult,
      "parameters" | "epochs" | "measured"
    >;
    if (!Number.isFinite(measured?.test_loss)) {
      throw new NumericError("The loss of the trained network on the test set is not finite.");
    }
    const figures = { parameters: parameters!, epochs: epochs!, measured: measured! };
    return { result: { ...about, status: "done", ...figures }, deviceLost: false };
  } catch (error) {
    const ends = error instanceof InterruptedError || error instanceof UsageError;
    if (!(error instanceof WgradError) || ends) throw error;
    const result: TrialResult = { ...about, status: "failed", error: error.message };
    return { result, deviceLost: error instanceof DeviceLostError };
  }
}

/** Of a trial that is done. Throws UsageError if the folder holds a run with other settings. */
function finishedResult(folder: string, settings: RunSettings): Record<string, unknown> | undefined {
  if (!existsSync(join(folder, "config.json"))) return undefined;
  if (!equalSettings(readConfig(folder).settings, settings)) {
    throw new UsageError(
      `${shown(folder)} holds a trial with other settings. Name another folder with --out, or the settings it was begun with.`,
    );
  }
  const path = join(folder, "result.json");
  if (!existsSync(path) || !existsSync(join(folder, "report.html"))) return undefined; // the report is written last
  const result = readJson(path);
  if (typeof result === "object" && result !== null && "measured" in result) {
    const measured = measuredNumbers(result.measured);
    const failed = measured.test_loss !== undefined && !Number.isFinite(measured.test_loss);
    return failed ? undefined : { ...result, measured };
  }
  throw new FileError(`${path} is no result of a trial. Delete it, then the trial is run again.`);
}

/** Numbers as they were measured; those that are not finite were written as null once, and have their names now. */
function measuredNumbers(json: unknown): Record<string, number> {
  const entries = Object.entries(json ?? {}).map(
    ([name, value]) => [name, fromJsonNumber(value) ?? Number.NaN] as const,
  );
  return Object.fromEntries(entries);
}

/** Characters that folders may have everywhere. */
export function folderName(name: string): string {
  return name.replaceAll(/[^\w.,=+-]/g, "_");
}

/** Whatever the order of their names. */
export function equalSettings(a: RunSettings, b: RunSettings): boolean {
  const text = (settings: RunSettings) =>
    JSON.stringify(Object.entries(settings).sort(([x], [y]) => (x < y ? -1 : 1)));
  return text(a) === text(b);
}

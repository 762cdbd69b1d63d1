/** @file The report of a sweep: its table, charts of error and time, and the curves of the best trial. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { History } from "../../models/fit/history.ts";
import { writtenKind } from "../../models/objective/functions.ts";
import { type Label, label } from "../../report/label.ts";
import type { Block, FreeSection, RunReport } from "../../report/run-report.ts";
import type { SweepExperiment, TrainingExperiment } from "../experiment.ts";
import { measureOf } from "../measures.ts";
import { resultRows } from "../result-rows.ts";
import { datasetFacts, type RunContext, runFacts } from "../run.ts";
import type { RunConfig } from "../store/schemas.ts";
import { shortfalls } from "../store/shortfall.ts";
import { networkOf } from "../training/training-report.ts";
import type { SweepPlan } from "./plan.ts";
import { factorText, type TrialResult, type TrialSummary } from "./summary.ts";
import { type SweepTable, trialLabel } from "./sweep-table.ts";

export type SweepContext = RunContext<SweepExperiment | TrainingExperiment>;

/** What the trials gave. */
export interface SweepFigures {
  readonly summaries: readonly TrialSummary[];
  readonly best: TrialSummary | undefined;
  readonly table: SweepTable;
  readonly trials: readonly TrialResult[];
}

const mostCurves = 5;

export async function sweepReport(
  context: SweepContext,
  config: RunConfig,
  plan: SweepPlan,
  figures: SweepFigures,
): Promise<RunReport> {
  const { experiment, dataset, settings } = context;
  const limits = shortfalls(experiment, settings, dataset).join("; ") || undefined;
  const { best } = figures;
  const chosen = plan.trials.find(({ name }) => name === best?.runs[0]);
  const history = chosen && (await historyOf(context, figures.trials, chosen.name));
  return {
    title: experiment.title,
    experiment: config.experiment,
    question: experiment.question,
    dataset: datasetFacts(context),
    run: {
      ...runFacts(context, config, limits),
      ...(limits ? { fullCommand: plan.fullCommand } : {}),
      loss: writtenKind(plan.trials[0]!.experiment.loss),
      epochs: settings.epochs,
      batch: settings.batch,
      precision: settings.precision,
    },
    ...(best ? { results: resultRows(context, best.mean, limits) } : {}),
    sections: [
      comparison(plan, figures),
      ...(await curvesSection(context, figures)),
      ...failures(figures.trials),
    ],
    ...(chosen ? { network: networkOf(chosen.experiment.network(settings.profile)) } : {}),
    ...(history ? { history: { epoch: history.epoch, ...history.history } } : {}),
  };
}

function comparison(plan: SweepPlan, { summaries, best, table }: SweepFigures): FreeSection {
  const done = summaries.filter(({ runs }) => runs.length > 0);
  const { measure, mode } = plan.best;
  const { name } = measureOf(measure);
  const by = `${mode === "max" ? "highest" : "lowest"} ${name.toLowerCase()}`;
  const warning = measure.startsWith("test")
    ? " It is chosen on the test set itself, so its figure there is a little too good."
    : "";
  const text = best
    ? `The best of ${summaries.length} trials by the ${by} is ${factorText(best.factors) || "the only one"}.${warning} ` +
      "The figures at the top, the layers and the curves by epoch are those of this trial."
    : "No trial was finished.";
  const categories = done.map(trialLabel);
  const chart = (title: Label, key: string, scale: number): Block[] =>
    done.some(({ mean }) => mean[key] !== undefined)
      ? [
          {
            kind: "bars",
            title,
            categories,
            series: [{ name: title, values: done.map(({ mean }) => scale * (mean[key] ?? 0)) }],
          },
        ]
      : [];
  return {
    title: "Trials",
    blocks: [
      { kind: "text", text },
      { kind: "table", title: "Mean and deviation over seeds", columns: table.columns, rows: table.rows },
      ...chart(label("test-error-title"), "test_error", 100),
      ...chart(label("seconds-per-epoch"), "epoch_seconds", 1),
    ],
  };
}

/** Test errors by epoch of the first run of each trial; of the best ones, where there are many. */
async function curvesSection(
  context: SweepContext,
  { summaries, trials }: SweepFigures,
): Promise<FreeSection[]> {
  const ranked = summaries
    .filter(({ runs }) => runs.length > 0)
    .sort((a, b) => (a.mean.test_error ?? 1) - (b.mean.test_error ?? 1));
  const best = ranked.slice(0, mostCurves).map(async (summary) => {
    const history = await historyOf(context, trials, summary.runs[0]!);
    const errors = history?.history.test_error;
    if (!history || !errors) return [];
    const points = errors.flatMap((y, i) => (y === null ? [] : [{ x: history.epoch[i]!, y: 100 * y }]));
    return [{ name: trialLabel(summary), points }];
  });
  const series = (await Promise.all(best)).flat();
  if (series.length === 0) return [];
  const title =
    ranked.length > mostCurves
      ? label("test-error-of-best-trials", { count: mostCurves })
      : label("test-error-by-epoch-percent");
  return [
    {
      title: "Curves",
      blocks: [{ kind: "lines", title, xTitle: label("epoch"), yTitle: label("test-error-percent"), series }],
    },
  ];
}

async function historyOf(
  { folder }: SweepContext,
  trials: readonly TrialResult[],
  name: string,
): Promise<History | undefined> {
  const trial = trials.find((entry) => entry.name === name);
  const path = join(folder, trial?.folder ?? "", "history.json");
  return trial && existsSync(path) ? await History.load(path) : undefined;
}

function failures(trials: readonly TrialResult[]): FreeSection[] {
  const failed = trials.filter(({ status }) => status === "failed");
  if (failed.length === 0) return [];
  const rows = failed.map(({ name, error = "" }) => [name, error]);
  return [
    {
      title: "Failed trials",
      blocks: [{ kind: "table", title: "What went wrong", columns: ["trial", "error"], rows }],
    },
  ];
}

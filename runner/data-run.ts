/** @file Running an experiment that only looks at data. */

import { writeRunReport } from "../report/write-report.ts";
import type { DataExperiment } from "./experiment.ts";
import { datasetFacts, type RunContext, resultOf, runFacts, writeConfig } from "./run.ts";
import { imagesOnly } from "./samples.ts";
import { type RunResult, writeResult } from "./store/run-folder.ts";

/** Writes config.json, result.json and the report; prints the tables. */
export async function runDataExperiment(context: RunContext<DataExperiment>): Promise<RunResult> {
  const { experiment, dataset, settings, folder, events } = context;
  const config = writeConfig(context);
  const { sections, lines } = experiment.explore(imagesOnly(dataset), settings.seed);
  for (const line of lines) events.line(line);
  const result = resultOf(context, config, { measured: {} });
  writeResult(folder, config, result);
  await writeRunReport(folder, {
    title: experiment.title,
    experiment: experiment.id,
    question: experiment.question,
    dataset: datasetFacts(context),
    run: runFacts(context, config, undefined),
    sections,
  });
  return result;
}

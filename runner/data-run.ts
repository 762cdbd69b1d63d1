/** @file Running an experiment that only looks at data. */

import { writeRunReport } from "../report/write-report.ts";
import type { DataExperiment } from "./experiment.ts";
import { datasetFacts, type RunContext, runFacts, writeConfig, writeResult } from "./run.ts";

/** Writes config.json, result.json and the report; prints the tables. */
export async function runDataExperiment(
  context: RunContext<DataExperiment>,
): Promise<Record<string, unknown>> {
  const { experiment, dataset, settings, folder, events } = context;
  const config = writeConfig(context);
  const { sections, lines } = experiment.explore(dataset, settings.seed);
  for (const line of lines) events.line(line);
  const result = {
    experiment: experiment.id,
    dataset: {
      origin: dataset.origin,
      train: dataset.train.count,
      test: dataset.test.count,
      classes: dataset.classes.length,
    },
    measured: {},
    published: [],
  };
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

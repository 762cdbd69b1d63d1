/** @file `wgrad evaluate` of a study: every network that it trained, and its figures measured anew. */

import { createEngine } from "../engine/device.ts";
import { UsageError } from "../engine/errors.ts";
import { findExperiment } from "../experiments/registry.ts";
import type { StudyExperiment } from "../runner/experiment.ts";
import { loadData } from "../runner/load-data.ts";
import { readConfig, sourceOf } from "../runner/store/run-folder.ts";
import { evaluateStudy, type StudyEvaluation } from "../runner/study/study-evaluation.ts";
import type { EvaluateCommandOptions } from "./options.ts";

/** `folder` is its run. */
export async function evaluateStudyRun(
  experiment: StudyExperiment,
  folder: string,
  options: EvaluateCommandOptions,
): Promise<void> {
  if (options.set !== "test")
    throw new UsageError("--set: the parts of a study are evaluated on test images.");
  if (!experiment.main)
    throw new UsageError(`${experiment.id} trains no network: there is nothing to evaluate.`);
  const config = readConfig(folder);
  const { settings } = config;
  const engine = await createEngine({ adapter: options.adapter });
  const where = sourceOf(config, options.data);
  const dataset = await loadData(experiment, { ...where, seed: settings.seed });
  const evaluation = await evaluateStudy({
    experiment,
    engine,
    dataset,
    settings,
    folder,
    started: new Date(),
    events: { line: (text) => console.error(text), progress: () => {}, epochDone: () => {} },
    find: findExperiment,
    saveInitial: false,
    resume: false,
    signal: new AbortController().signal,
  });
  const images = Math.min(dataset.test.count, settings.testLimit ?? dataset.test.count);
  const report = { run: folder, experiment: experiment.id, images, origin: dataset.origin };
  if (options.json) console.log(JSON.stringify({ ...report, ...evaluation }, null, 2));
  else print(`${folder}: ${experiment.id}, ${images} test images (${dataset.note})`, evaluation);
}

function print(head: string, { parts, figures }: StudyEvaluation): void {
  console.log(`${head}\n`);
  const lines = Object.entries(parts).flatMap(([part, { measured, recorded }]) =>
    Object.entries(measured).map(([name, value]) => [part, name, number(value), number(recorded[name])]),
  );
  const compared = lines.some(([, , , before]) => before !== "");
  printTable([["part", "measure", "now", compared ? "in its history" : ""], ...lines]);
  console.log();
  printTable([
    ["figure", "now", "in result.json"],
    ...figures.map(({ name, value, recorded }) => [name, number(value), number(recorded ?? undefined)]),
  ]);
}

function printTable(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    );
}

function number(value: number | undefined): string {
  return value === undefined ? "" : value.toFixed(6);
}

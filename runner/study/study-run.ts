/** @file Running a study: its steps, then the files of the run folder. */
import { join } from "node:path";
import { saveWeights } from "../../models/weights/model-weights.ts";
import { formatSeconds } from "../../report/format.ts";
import { writeRunReport } from "../../report/write-report.ts";
import type { StudyExperiment } from "../experiment.ts";
import { publishedBeside, type RunContext, writeConfig, writeResult } from "../run.ts";
import type { RunConfig } from "../store/run-folder.ts";
import { Study } from "./study.ts";
import { type Estimate, estimateInFull } from "./study-estimate.ts";
import { formatMeasure, studyReport } from "./study-report.ts";

/** Runs the steps and writes every file of the run folder. Returns what result.json holds. */
export async function runStudyExperiment(
  context: RunContext<StudyExperiment>,
): Promise<Record<string, unknown>> {
  const { experiment, folder, events } = context;
  const config = writeConfig(context);
  const study = new Study(context, config);
  events.line(study.data.split);
  try {
    await experiment.run(study);
    const { main } = study;
    if (main) {
      await saveWeights(main.model, join(folder, "weights.safetensors"));
      await main.history.save(join(folder, "history.json"));
    }
    const estimate = fullRun(context, study);
    const result = resultOf(context, config, study, estimate);
    writeResult(folder, config, result);
    events.line("");
    for (const measure of study.measures.values()) if (measure.title) events.line(formatMeasure(measure));
    if (estimate) printFullRun(context, estimate);
    await writeRunReport(folder, studyReport(context, config, study));
    return result;
  } finally {
    study.dispose();
  }
}

function resultOf(
  context: RunContext<StudyExperiment>,
  config: RunConfig,
  study: Study,
  estimate: Estimate | undefined,
): Record<string, unknown> {
  const { experiment, settings, dataset } = context;
  const { train, validation, test } = study.data;
  const measured = Object.fromEntries([...study.measures].map(([name, { value }]) => [name, value]));
  const parts = study.parts.map(({ name, model, history, seconds, optimizer, loss, from }) => [
    name,
    {
      parameters: model.parameterCount,
      epochs: history.epoch.at(-1) ?? 0,
      seconds,
      optimizer,
      loss,
      ...(from ? { from } : {}),
    },
  ]);
  return {
    experiment: experiment.id,
    profile: settings.profile,
    epochs: settings.epochs,
    seed: settings.seed,
    dataset: {
      origin: dataset.origin,
      note: dataset.note,
      train: train.count,
      validation: validation.count,
      test: test.count,
    },
    parameters: study.main?.model.parameterCount ?? null,
    parameters_in_full: experiment.main?.parameters ?? null,
    adapter: config.adapter,
    measured,
    published: publishedBeside(experiment, measured),
    parts: Object.fromEntries(parts),
    ...(estimate ? { full_run_seconds: estimate.most, full_run_seconds_least: estimate.least } : {}),
  };
}

/** What the parts of a quick run would take in full, each by its steps and the size of its network. */
function fullRun(
  { experiment, settings, dataset }: RunContext<StudyExperiment>,
  study: Study,
): Estimate | undefined {
  if (settings.profile === "full" || study.parts.length === 0) return undefined;
  const { full } = experiment.profiles;
  const images = (full.limit ?? Math.round((dataset.train.count * 11) / 12)) / study.data.train.count;
  return estimateInFull(study.parts, { images, epochs: full.epochs });
}

function printFullRun({ experiment, events }: RunContext<StudyExperiment>, { least, most }: Estimate) {
  const time = formatSeconds;
  const range = least < most ? `between ${time(least)} and ${time(most)}` : `about ${time(most)}`;
  const why = least < most ? " (their networks are larger then)" : "";
  events.line(
    `in full: these parts with all images and epochs take ${range} of training on this adapter${why}: ` +
      `npm run train -- ${experiment.id} --profile full`,
  );
}

/** @file Running a study: its steps, then the files of the run folder. */
import { join } from "node:path";
import { saveWeights } from "../../models/weights/model-weights.ts";
import { formatQuantity, formatSeconds } from "../../report/format.ts";
import { writeRunReport } from "../../report/write-report.ts";
import { command, typedName } from "../command.ts";
import type { StudyExperiment } from "../experiment.ts";
import { scaleOf } from "../result-rows.ts";
import { type Outcome, type RunContext, resultOf, writeConfig } from "../run.ts";
import { type RunResult, writeResult } from "../store/run-folder.ts";
import { RunningStudy } from "./running-study.ts";
import { type Estimate, estimateInFull } from "./study-estimate.ts";
import { shownFigures, studyReport } from "./study-report.ts";

/** Runs the steps and writes every file of the run folder. Returns what result.json holds. */
export async function runStudyExperiment(context: RunContext<StudyExperiment>): Promise<RunResult> {
  const { experiment, folder, events } = context;
  const config = writeConfig(context);
  const study = new RunningStudy(context, config);
  events.line(study.data.split);
  try {
    await experiment.run(study);
    const { main } = study;
    if (main) {
      await saveWeights(main.model, join(folder, "weights.safetensors"));
      await main.history.save(join(folder, "history.json"));
    }
    const estimate = fullRun(context, study);
    const result = resultOf(context, config, outcomeOf(context, study, estimate));
    writeResult(folder, config, result);
    events.line("");
    for (const { name, value, unit, digits } of shownFigures(study))
      events.line(`${name}: ${formatQuantity(value * scaleOf(unit), unit, digits)}`);
    if (estimate) printFullRun(context, estimate);
    await writeRunReport(folder, studyReport(context, config, study));
    return result;
  } finally {
    study.dispose();
  }
}

function outcomeOf(
  { experiment, settings }: RunContext<StudyExperiment>,
  study: RunningStudy,
  estimate: Estimate | undefined,
): Outcome {
  const { train, validation, test } = study.data;
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
    measured: Object.fromEntries([...study.measures].map(([name, { value }]) => [name, value])),
    images: { train: train.count, validation: validation.count, test: test.count },
    epochs: settings.epochs,
    parameters: study.main?.model.parameterCount ?? null,
    parametersInFull: experiment.main?.parameters ?? null,
    more: {
      parts: Object.fromEntries(parts),
      ...(estimate ? { full_run_seconds: estimate.most, full_run_seconds_least: estimate.least } : {}),
    },
  };
}

/** What the parts of a quick run would take in full, each by its steps and the size of its network. */
function fullRun(
  { experiment, settings, dataset }: RunContext<StudyExperiment>,
  study: RunningStudy,
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
      command("train", `${typedName(experiment)} --profile full`),
  );
}

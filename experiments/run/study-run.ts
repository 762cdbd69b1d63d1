/** @file Running a study: its steps, then the files of the run folder. */
import { join } from "node:path";
import { writeJson } from "../../models/files.ts";
import { saveWeights } from "../../models/weights/model-weights.ts";
import type { ProfileName, StudyExperiment } from "../experiment.ts";
import { writeRunReport } from "../report/write-report.ts";
import { publishedBeside, type RunContext, writeConfig } from "./run.ts";
import type { RunConfig } from "./run-folder.ts";
import { Study } from "./study.ts";
import type { TrainedPart } from "./study-part.ts";
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
      main.history.save(join(folder, "history.json"));
    }
    const result = resultOf(context, config, study);
    writeJson(join(folder, "result.json"), result);
    events.line("");
    for (const measure of study.measures.values()) if (measure.title) events.line(formatMeasure(measure));
    printFullRun(context, result);
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
    parameters: experiment.main?.parameters ?? null,
    adapter: config.adapter,
    measured,
    published: publishedBeside(experiment, measured),
    parts: Object.fromEntries(parts),
    ...fullRunSeconds(context, study),
  };
}

/** What the parts of a quick run would take in full: by their number of steps and the size of the network. */
function fullRunSeconds({ experiment, settings, dataset }: RunContext<StudyExperiment>, study: Study) {
  if (settings.profile === "full" || study.parts.length === 0) return {};
  const { main } = experiment;
  const weights = (profile: ProfileName) => main?.network(profile).parameterCount ?? 1;
  const { full } = experiment.profiles;
  const images = full.limit ?? Math.round((dataset.train.count * 11) / 12);
  const factor = (images / study.data.train.count) * (full.epochs / settings.epochs);
  const seconds = study.parts.reduce((sum, part) => sum + withoutCompilation(part), 0);
  return { full_run_seconds: seconds * factor * (weights("full") / weights("quick")) };
}

/** Seconds of a part as if every epoch had been its median one: the first compiles kernels. */
function withoutCompilation({ history, seconds }: TrainedPart): number {
  const epochs = (history.history.seconds ?? []).filter((value): value is number => value !== null);
  const median = epochs.sort((a, b) => a - b)[Math.floor((epochs.length - 1) / 2)];
  return median === undefined ? seconds : median * epochs.length;
}

function printFullRun({ experiment, events }: RunContext<StudyExperiment>, result: Record<string, unknown>) {
  if (typeof result.full_run_seconds !== "number") return;
  const hours = (result.full_run_seconds / 3600).toFixed(1);
  events.line(
    `in full: these parts with all images and epochs take about ${hours} h of training on this adapter: ` +
      `npm run train -- ${experiment.id} --profile full`,
  );
}

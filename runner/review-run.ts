/** @file Running an experiment that looks at a network which another one has trained. */
import { join } from "node:path";
import { ArgumentError } from "../engine/errors.ts";
import { History } from "../models/fit/history.ts";
import { classificationReport } from "../models/metrics/classification-report.ts";
import { type ConfusionMatrix, mostConfusedPairs } from "../models/metrics/confusion.ts";
import type { Model } from "../models/model.ts";
import { loadWeights } from "../models/weights/model-weights.ts";
import { classificationParts } from "../report/classification.ts";
import type { RunReport } from "../report/run-report.ts";
import { writeRunReport } from "../report/write-report.ts";
import { curvesOfTwo, validationCurves } from "./compare/curves-of-two.ts";
import type { ReviewExperiment, ReviewPart } from "./experiment.ts";
import { ExperimentData, imageCounts } from "./experiment-data.ts";
import { writeJson } from "./json-files.ts";
import { resultRows } from "./result-rows.ts";
import { datasetFacts, type Measured, type RunContext, resultOf, runFacts, writeConfig } from "./run.ts";
import { samplePredictions } from "./samples.ts";
import { type RunResult, shown, writeResult } from "./store/run-folder.ts";
import { shortfalls } from "./store/shortfall.ts";
import { firstLayerResponses } from "./training/first-layer-responses.ts";
import { compileOptionsOf } from "./training/train-run.ts";
import { type TrainedRun, trainedRun } from "./training/trained-run.ts";
import { firstFilters, networkOf } from "./training/training-report.ts";

const pairsListed = 5;

/** Evaluates the network again and writes config.json, result.json, history.json and the report. */
export async function runReviewExperiment(context: RunContext<ReviewExperiment>): Promise<RunResult> {
  const { experiment, engine, dataset, settings, folder, events } = context;
  const run = await trainedRun(context, experiment.of);
  const other = experiment.against ? await trainedRun(context, experiment.against) : undefined;
  const method = { reviewed: run.folder, compared_with: other?.folder ?? null };
  const config = writeConfig(context, method);
  const model = run.experiment.network(settings.profile);
  await model.compile(compileOptionsOf({ ...run, engine }));
  await loadWeights(model, join(run.folder, "weights.safetensors"));
  const data = await ExperimentData.open({ ...context, ...run, line: events.line });
  try {
    const outputs = await model.predict(data.testing);
    const predictions = await samplePredictions(data.test, outputs, dataset.classes.length);
    if (!predictions)
      throw new ArgumentError(`${experiment.id} looks at a classifier; ${experiment.of} is none.`);
    const parts = classificationParts(predictions, dataset.classes, settings.seed);
    const measured = reviewMeasures(await model.evaluate(data.testing), parts.confusion!, experiment);
    const history = await History.load(join(run.folder, "history.json"));
    const pairs = mostConfusedPairs(parts.confusion!.counts, pairsListed).map((pair) => ({
      classes: [dataset.classes[pair.first]!, dataset.classes[pair.second]!],
      mistakes: pair.count,
    }));
    if (experiment.parts.includes("confusion")) {
      events.line(`most often taken for each other, of ${data.test.count} test images:`);
      for (const { classes, mistakes } of pairs) events.line(`  ${classes.join(" and ")}: ${mistakes}`);
    }
    const limits = shortfalls(run.experiment, run.settings, dataset).join("; ") || undefined;
    const report: RunReport = {
      title: experiment.title,
      experiment: experiment.id,
      question: experiment.question,
      dataset: datasetFacts(context),
      run: { ...runFacts(context, config, limits), options: { reviewed: shown(run.folder) } },
      results: resultRows(context, measured, limits),
      sections: other ? [await comparison(run, history, other)] : [],
      network: networkOf(model),
      ...(await chosenParts(experiment.parts, { model, data, history, parts, classes: dataset.classes })),
    };
    const result = resultOf(context, config, {
      measured,
      images: imageCounts({ ...run, dataset }),
      epochs: history.epoch.at(-1) ?? 0,
      parameters: model.parameterCount,
      parametersInFull: run.experiment.parameters,
      more: { confused_pairs: pairs, peak_bytes: engine.memory.peakBytes },
    });
    writeJson(join(folder, "history.json"), history.toJSON());
    writeResult(folder, config, result);
    await writeRunReport(folder, report);
    return result;
  } finally {
    data.dispose();
    model.dispose();
  }
}

/** Loss and accuracy, the means over classes, and those scores of single classes that a source gives: f1_bowl, ... */
export function reviewMeasures(
  evaluated: Record<string, number>,
  { counts, classes }: ConfusionMatrix,
  { published }: Pick<ReviewExperiment, "published">,
): Measured {
  const { macro: mean, perClass } = classificationReport(counts);
  const { precision, recall, f1 } = mean;
  const measured = Object.fromEntries(
    Object.entries(evaluated).map(([name, value]) => [`test_${name}`, value]),
  );
  const macro = { macro_precision: precision, macro_recall: recall, macro_f1: f1 };
  const ofClasses: Measured = {};
  for (const { measure } of published) {
    const [, score, name = ""] = /^(precision|recall|f1)_(.+)$/.exec(measure) ?? [];
    const scores = perClass[classes.indexOf(name)];
    if (scores) ofClasses[measure] = scores[score as "precision" | "recall" | "f1"];
  }
  return { ...measured, test_error: 1 - evaluated.accuracy!, ...macro, ...ofClasses };
}

interface Reviewed {
  readonly model: Model;
  readonly data: ExperimentData;
  readonly history: History;
  readonly parts: Pick<RunReport, "confusion" | "roc" | "classExamples" | "samples">;
  readonly classes: readonly string[];
}

async function chosenParts(
  names: readonly ReviewPart[],
  { model, data, history, parts, classes }: Reviewed,
): Promise<Partial<RunReport>> {
  const { confusion, roc, classExamples, samples } = parts;
  const filters = names.includes("filters") ? await firstFilters(model) : undefined;
  return {
    ...(names.includes("history") ? { history: { epoch: history.epoch, ...history.history } } : {}),
    ...(names.includes("confusion") ? { confusion: confusion!, classExamples: classExamples! } : {}),
    ...(names.includes("roc") ? { roc: roc! } : {}),
    ...(names.includes("samples") ? { samples: samples! } : {}),
    ...(names.includes("responses")
      ? { featureMaps: [await firstLayerResponses(model, data, classes)] }
      : {}),
    ...(filters ? { filters } : {}),
  };
}

async function comparison({ experiment, folder }: TrainedRun, history: History, other: TrainedRun) {
  const theirs = await History.load(join(other.folder, "history.json"));
  const own = { experiment: experiment.id, folder, history };
  const second = { experiment: other.experiment.id, folder: other.folder, history: theirs };
  return curvesOfTwo(own, second, validationCurves);
}

/** @file The report of a training run, from what the run measured. */

import type { History } from "../../models/fit/history.ts";
import type { Model } from "../../models/model.ts";
import { writtenKind } from "../../models/objective/functions.ts";
import { classificationParts } from "../../report/classification.ts";
import { validatesOnTest } from "../../report/history-curves.ts";
import type { Predictions } from "../../report/predictions.ts";
import type { FilterWeights, NetworkSummary, RunReport } from "../../report/run-report.ts";
import type { TrainingExperiment } from "../experiment.ts";
import { labCommand } from "../lab/run-link.ts";
import { resultRows } from "../result-rows.ts";
import { datasetFacts, type Measured, type RunContext, runFacts } from "../run.ts";
import { shown } from "../store/run-folder.ts";
import type { RunConfig } from "../store/schemas.ts";
import { shortfalls } from "../store/shortfall.ts";
import { transferSections } from "../transfer/report-sections.ts";

/** What training left behind for result and report. */
export interface Trained {
  readonly model: Model;
  readonly history: History;
  readonly measured: Measured;
  /** of a classifier */
  readonly predictions: Predictions | undefined;
  /** images used */
  readonly trainCount: number;
  readonly testCount: number;
  readonly microBatch: number;
  readonly peakBytes: number;
  readonly dispatchesPerStep: number;
}

/** Everything report.html shows of a training run. */
export async function trainingReport(
  context: RunContext<TrainingExperiment>,
  config: RunConfig,
  trained: Trained,
): Promise<RunReport> {
  const { experiment, dataset, settings } = context;
  const { model, history, predictions } = trained;
  const curves = { epoch: history.epoch, ...history.history };
  const limits = shortfalls(experiment, settings, dataset).join("; ") || undefined;
  const facts = runFacts(context, config, limits);
  const { name: optimizer, config: optimizerConfig } = model.session.optimizer;
  const filters = await firstFilters(model);
  const opens = await labCommand(shown(context.folder), () => experiment);
  return {
    title: experiment.title,
    experiment: experiment.id,
    question: experiment.question,
    dataset: datasetFacts(context),
    run: {
      ...facts,
      optimizer: `${optimizer} ${describeConfig(optimizerConfig)}`,
      loss: writtenKind(experiment.loss),
      epochs: settings.epochs,
      batch: settings.batch,
      ...(trained.microBatch < settings.batch ? { microBatch: trained.microBatch } : {}),
      precision: settings.precision,
      options: optionsOf(context, config),
      ...(opens === undefined ? {} : { labCommand: opens }),
    },
    results: resultRows(context, trained.measured, limits, validatesOnTest(curves)),
    sections: await transferSections(context, history),
    network: networkOf(model),
    history: curves,
    ...(predictions ? classificationParts(predictions, dataset.classes, settings.seed) : {}),
    ...(filters ? { filters } : {}),
    timing: timingOf(trained, settings.batch),
  };
}

/** Everything else that config.json says on how it was trained. */
function optionsOf(
  { settings }: RunContext,
  { method }: RunConfig,
): Record<string, string | number | boolean> {
  const { shuffle, eager, literal, trial, changes } = settings;
  const words = {
    validation: method.validation,
    inputs: method.inputs,
    "continued from": method.continued_from,
    backbone: method.backbone,
  };
  const said = Object.entries({ ...words, trial }).filter((entry): entry is [string, string] =>
    Boolean(entry[1]),
  );
  return { shuffle, eager, literal, ...Object.fromEntries(said), ...changes };
}

/** The layers as a table. */
export function networkOf(model: Model): NetworkSummary {
  const { rows, trainable, nonTrainable } = model.summary();
  const layers = rows.map(({ name, type, outputShape, parameters }) => ({
    name,
    type,
    outputShape: [null, ...outputShape],
    parameters,
  }));
  return { layers, trainable, nonTrainable };
}

/** The kernel of the first convolution, if it can be shown as images. */
export async function firstFilters(model: Model): Promise<FilterWeights | undefined> {
  const layer = model.layers.find(({ className }) => className === "Conv2D");
  const kernel = layer?.variables.find(({ name }) => name === "kernel");
  const [height, width, channels, filters] = kernel?.shape ?? [];
  if (!layer || !kernel || (channels !== 1 && channels !== 3)) return undefined;
  const weights = (await kernel.tensor.data()) as Float32Array;
  return { layer: layer.name, weights, height: height!, width: width!, channels, filters: filters! };
}

function timingOf({ history, trainCount, peakBytes, dispatchesPerStep }: Trained, batch: number) {
  const seconds = (history.history.seconds ?? []).filter((value): value is number => value !== null);
  const perEpoch = seconds.reduce((sum, value) => sum + value, 0) / Math.max(1, seconds.length);
  const steps = Math.ceil(trainCount / batch);
  return {
    imagesPerSecond: trainCount / perEpoch,
    millisecondsPerStep: (1000 * perEpoch) / steps,
    peakBytes,
    dispatchesPerStep,
  };
}

function describeConfig(config: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(config).filter(
    ([name, value]) => name !== "name" && value !== null && value !== 0 && value !== false,
  );
  return entries.map(([name, value]) => `${name} ${value}`).join(", ");
}

/** @file The report of a training run, from what the run measured. */
import type { TrainingExperiment } from "../experiment.ts";
import type { FilterWeights, ResultRow, RunReport } from "../report/run-report.ts";
import { confusionOf, samplesOf } from "./predictions.ts";
import { datasetFacts, type RunContext, runFacts } from "./run.ts";
import type { RunConfig } from "./run-folder.ts";
import { shortfalls } from "./shortfall.ts";
import type { Trained } from "./train-run.ts";

const names: Record<string, string> = {
  test_accuracy: "Test accuracy",
  test_error: "Test error",
  test_binary_accuracy: "Test binary accuracy (what Keras calls accuracy here)",
  test_loss: "Test loss",
  train_accuracy: "Training accuracy, last epoch",
  train_loss: "Training loss, last epoch",
};

/** Everything report.html shows of a training run. */
export async function trainingReport(
  context: RunContext<TrainingExperiment>,
  config: RunConfig,
  trained: Trained,
): Promise<RunReport> {
  const { experiment, dataset, settings } = context;
  const { model, history, predictions } = trained;
  const limits = shortfalls(experiment, settings, dataset).join("; ") || undefined;
  const facts = runFacts(context, config, limits);
  const { rows, trainable, nonTrainable } = model.summary();
  const { name: optimizer, config: optimizerConfig } = model.trainer.optimizer;
  const filters = await firstFilters(trained);
  return {
    title: experiment.title,
    experiment: experiment.id,
    question: experiment.question,
    dataset: datasetFacts(context),
    run: {
      ...facts,
      optimizer: `${optimizer} ${describeConfig(optimizerConfig)}`,
      loss: experiment.loss,
      epochs: settings.epochs,
      batch: settings.batch,
      ...(trained.microBatch < settings.batch ? { microBatch: trained.microBatch } : {}),
      precision: settings.precision,
      options: { shuffle: settings.shuffle, eager: settings.eager, literal: settings.literal },
    },
    results: resultRows(context, trained, limits),
    network: {
      layers: rows.map(({ name, type, outputShape, parameters }) => ({
        name,
        type,
        outputShape: [null, ...outputShape],
        parameters,
      })),
      trainable,
      nonTrainable,
    },
    history: { epoch: history.epoch, ...history.history },
    confusion: confusionOf(predictions, dataset.classes),
    samples: samplesOf(predictions, dataset.classes, settings.seed),
    ...(filters ? { filters } : {}),
    timing: timingOf(trained, settings.batch),
  };
}

function resultRows(
  context: RunContext<TrainingExperiment>,
  { measured }: Trained,
  limits: string | undefined,
): ResultRow[] {
  const { experiment, dataset } = context;
  const why = dataset.origin === "official" ? limits : dataset.note;
  return Object.entries(names)
    .filter(([key]) => measured[key] !== undefined)
    .map(([key, name]): ResultRow => {
      const published = experiment.published.find(({ measure }) => measure === key);
      const percent = !key.endsWith("loss");
      const scale = percent ? 100 : 1;
      return {
        name,
        measured: measured[key]! * scale,
        unit: percent ? "%" : "",
        digits: percent ? 2 : 4,
        comparable: why === undefined,
        ...(why && published ? { why } : {}),
        ...(published
          ? {
              published: published.value * scale,
              source: { text: published.source, ...(published.url ? { url: published.url } : {}) },
            }
          : {}),
        ...(key === "test_accuracy" ? { curve: "accuracy" as const } : {}),
      };
    });
}

async function firstFilters({ model }: Trained): Promise<FilterWeights | undefined> {
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

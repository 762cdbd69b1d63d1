/** @file Running an experiment that trains a network: from data to report. */
import { join } from "node:path";
import type { ImageSet } from "../../datasets/dataset.ts";
import { randomSubset, takeImages } from "../../datasets/splits.ts";
import { FileError } from "../../engine/errors.ts";
import { writeJson } from "../../models/files.ts";
import type { Model } from "../../models/model.ts";
import { readCheckpoint, saveCheckpoints } from "../../models/training/checkpoint.ts";
import type { History } from "../../models/training/history.ts";
import type { FitOptions } from "../../models/training/options.ts";
import { saveWeights } from "../../models/weights/model-weights.ts";
import type { TrainingExperiment } from "../experiment.ts";
import { writeRunReport } from "../report/write-report.ts";
import { estimateFullRun } from "./full-run-estimate.ts";
import { accuracyOf, type Predictions, predictionsOf } from "./predictions.ts";
import { type Measured, type RunContext, writeConfig } from "./run.ts";
import type { RunConfig } from "./run-folder.ts";
import { trainingReport } from "./training-report.ts";
import { uploadImages } from "./upload-images.ts";

/** What training left behind for result and report. */
export interface Trained {
  readonly model: Model;
  readonly history: History;
  readonly measured: Measured;
  readonly predictions: Predictions;
  /** images used */
  readonly trainCount: number;
  readonly testCount: number;
  readonly microBatch: number;
  readonly peakBytes: number;
  readonly dispatchesPerStep: number;
}

/** Trains, evaluates, and writes every file of the run folder. Returns what result.json holds. */
export async function runTrainingExperiment(
  context: RunContext<TrainingExperiment>,
): Promise<Record<string, unknown>> {
  const { experiment, engine, settings, folder, resume } = context;
  const config = writeConfig(context);
  const model = experiment.network(settings.profile);
  const { optimizer, loss, metrics } = experiment;
  await model.compile({ engine, optimizer: optimizer(), loss, metrics, seed: settings.seed });
  if (context.saveInitial && !resume) await saveWeights(model, join(folder, "initial.safetensors"));

  const trained = await train(context, model);
  await saveWeights(model, join(folder, "weights.safetensors"));
  writeJson(join(folder, "history.json"), trained.history.toJSON());
  const result = resultOf(context, config, trained);
  if (settings.profile === "quick") {
    const images = trained.trainCount * trained.history.epoch.length;
    const seconds = trained.measured.seconds ?? 0;
    result.full_run_seconds = await estimateFullRun(context, model, { images, seconds });
  }
  writeJson(join(folder, "result.json"), result);
  await writeRunReport(folder, await trainingReport(context, config, trained));
  model.dispose();
  return result;
}

/** The images a run uses: all, or the seeded subset that its settings say. */
export function imagesOf({ dataset, settings }: Pick<RunContext, "dataset" | "settings">): {
  train: ImageSet;
  test: ImageSet;
} {
  const subset = (set: ImageSet, limit: number | null) =>
    limit === null || limit >= set.count
      ? set
      : takeImages(set, randomSubset(set.count, limit, settings.seed));
  return { train: subset(dataset.train, settings.limit), test: subset(dataset.test, settings.testLimit) };
}

async function train(context: RunContext<TrainingExperiment>, model: Model): Promise<Trained> {
  const { engine, dataset, settings, folder, events, signal } = context;
  const { train: trainImages, test: testImages } = imagesOf(context);
  const classes = dataset.classes.length;
  const trainData = uploadImages(engine, trainImages, classes);
  const testData = uploadImages(engine, testImages, classes);
  const checkpoint = join(folder, "checkpoint");
  let microBatch = settings.batch;
  const options: FitOptions = {
    epochs: settings.epochs,
    batchSize: settings.batch,
    shuffle: settings.shuffle,
    eager: settings.eager,
    precision: settings.precision,
    validationData: testData,
    signal,
    callbacks: [errorRates, liveHistory(folder), saveCheckpoints(checkpoint)],
    onProgress: (progress) => events.progress(progress),
    onEpoch: (epoch, logs) => events.epochDone(epoch, settings.epochs, logs),
    onPlan: (parts) => {
      microBatch = parts[0]!;
      if (parts.length === 1) return;
      events.line(
        `batches of ${settings.batch} exceed this adapter's binding limit: computed in ${parts.length} parts of ${microBatch}, gradients added`,
      );
    },
    ...(context.resume ? { resume: resumeFrom(checkpoint, settings.seed) } : {}),
  };
  engine.resetPeakMemory();
  const history = await model.fit(trainData, options);
  const peakBytes = engine.memory.peakBytes;
  const outputs = await model.predict(testData);
  const predictions = predictionsOf(testImages, outputs, classes);
  const evaluated = await model.evaluate(testData);
  trainData.dispose();
  testData.dispose();
  const { dispatchesPerStep } = model.trainer;
  const measured = measure(history, evaluated, predictions);
  const counts = { trainCount: trainImages.count, testCount: testImages.count };
  return { model, history, measured, predictions, microBatch, peakBytes, dispatchesPerStep, ...counts };
}

function resumeFrom(checkpoint: string, seed: number) {
  const snapshot = readCheckpoint(checkpoint);
  if (snapshot.position.seed !== seed) {
    throw new FileError(
      `${checkpoint} was written with seed ${snapshot.position.seed}, config.json says ${seed}.`,
    );
  }
  return snapshot;
}

/** Adds train, validation and test error to every epoch: the test set is what is evaluated, as in the source. */
const errorRates = {
  name: "error-rates",
  onEpochEnd(_epoch: number, logs: Record<string, number>) {
    logs.train_error = 1 - logs.accuracy!;
    logs.val_error = 1 - logs.val_accuracy!;
    logs.test_error = logs.val_error;
    logs.test_loss = logs.val_loss!;
  },
};

/** Keeps history.json up to date, so that a run that is cut shows what it did. */
function liveHistory(folder: string) {
  return {
    name: "live-history",
    savesTraining: true,
    onEpochEnd(_epoch: number, _logs: Record<string, number>, control: { readonly history: History }) {
      writeJson(join(folder, "history.json"), control.history.toJSON());
    },
  };
}

function measure(history: History, evaluated: Record<string, number>, predictions: Predictions): Measured {
  const measured: Measured = {};
  for (const [name, value] of Object.entries(evaluated)) measured[`test_${name}`] = value;
  measured.test_error = 1 - accuracyOf(predictions);
  for (const name of ["loss", "accuracy", "binary_accuracy"]) {
    const value = history.last(name);
    if (value !== undefined) measured[`train_${name}`] = value;
  }
  measured.seconds = history.history.seconds?.reduce<number>((sum, value) => sum + (value ?? 0), 0) ?? 0;
  return measured;
}

function resultOf(
  context: RunContext<TrainingExperiment>,
  config: RunConfig,
  trained: Trained,
): Record<string, unknown> {
  const { experiment, settings, dataset } = context;
  return {
    experiment: experiment.id,
    profile: settings.profile,
    epochs: trained.history.epoch.at(-1) ?? 0,
    seed: settings.seed,
    dataset: {
      origin: dataset.origin,
      note: dataset.note,
      train: trained.trainCount,
      test: trained.testCount,
    },
    parameters: trained.model.parameterCount,
    adapter: config.adapter,
    measured: trained.measured,
    published: experiment.published.map(({ name, measure: key, value, source }) => ({
      name,
      measure: key,
      published: value,
      measured: trained.measured[key] ?? null,
      source,
    })),
    micro_batch: trained.microBatch,
    peak_bytes: trained.peakBytes,
  };
}

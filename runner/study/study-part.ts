/** @file A part of a study: one network, trained in a folder of its own, where it can be resumed or found finished. */
import { copyFileSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hasCheckpoint, saveCheckpoints } from "../../models/checkpoint/checkpoint.ts";
import { History } from "../../models/fit/history.ts";
import { loadWeights, saveWeights } from "../../models/weights/model-weights.ts";
import type { StudyExperiment } from "../experiment.ts";
import { readJson, writeJson } from "../json-files.ts";
import type { RunContext } from "../run.ts";
import { errorRates } from "../training/error-rates.ts";
import { liveHistory } from "../training/live-history.ts";
import { resumeFrom } from "../training/resume-from.ts";
import type { PartOptions, TrainedPart } from "./part.ts";

const defaultLoss = "binary_crossentropy";
const marker = "part.json";

/** What a finished part says of itself, and must say to be loaded. */
export function describePart(
  context: RunContext<StudyExperiment>,
  options: PartOptions,
): Record<string, unknown> {
  const { settings, experiment } = context;
  const { model, optimizer, loss = defaultLoss, about = {} } = options;
  const { validation = experiment.validation } = settings;
  return JSON.parse(
    JSON.stringify({
      parameters: model.parameterCount,
      layers: model.summary().rows.map(({ type, outputShape }) => `${type} ${outputShape.join("x")}`),
      optimizer: { name: optimizer.name, learningRate: optimizer.learningRate, ...optimizer.config },
      loss,
      epochs: options.epochs ?? settings.epochs,
      batch: options.batch ?? settings.batch,
      limit: settings.limit,
      seed: settings.seed,
      shuffle: settings.shuffle,
      precision: settings.precision,
      ...(validation === experiment.validation ? {} : { validation }),
      ...about,
    }),
  ) as Record<string, unknown>;
}

/** Whether `folder` holds this part, finished. */
export function isFinished(folder: string, description: Record<string, unknown>): boolean {
  const path = join(folder, marker);
  return existsSync(path) && JSON.stringify(readJson(path)) === JSON.stringify(description);
}

/** Copies what makes a part finished, so that the run has all its parts. */
export function copyPart(from: string, to: string): void {
  for (const file of ["weights.safetensors", "history.json", marker]) {
    copyFileSync(join(from, file), join(to, file));
  }
}

/** Compiles the model, and puts its first weights in place. */
export async function compilePart({ engine, settings }: RunContext, options: PartOptions): Promise<void> {
  const { model, optimizer, loss = defaultLoss, metrics = {}, weights } = options;
  await model.compile({ engine, optimizer, loss, metrics, seed: settings.seed });
  if (weights) model.setWeights(weights);
}

/** The weights and history of a finished part. */
export async function loadPart(
  name: string,
  folder: string,
  options: PartOptions,
  from?: string,
): Promise<TrainedPart> {
  await loadWeights(options.model, join(folder, "weights.safetensors"));
  const history = await History.load(join(folder, "history.json"));
  return { ...partOf(name, options, history), ...(from ? { from } : {}) };
}

/** Trains the part, from its checkpoint if there is one, and leaves it finished in `folder`. */
export async function trainPart(
  context: RunContext<StudyExperiment>,
  name: string,
  folder: string,
  options: PartOptions,
): Promise<TrainedPart> {
  const { settings, events, signal } = context;
  const { model, data, validation, test, callbacks = [], quiet = false } = options;
  const { epochs = settings.epochs, batch = settings.batch } = options;
  const checkpoint = join(folder, "checkpoint");
  const saving = [saveCheckpoints(checkpoint), liveHistory(folder)];
  const history = await model.fit(data, {
    epochs,
    batchSize: batch,
    shuffle: settings.shuffle,
    eager: settings.eager,
    precision: settings.precision,
    ...(settings.recompute ? { recompute: true } : {}),
    signal,
    ...(validation ? { validationData: validation } : {}),
    ...(test ? { evaluationSets: { test } } : {}),
    callbacks: [...callbacks, errorRates({ testIsValidation: false }), ...(quiet ? [] : saving)],
    onProgress: (progress) => events.progress(progress),
    ...(quiet ? {} : { onEpoch: (epoch, logs) => events.epochDone(epoch, epochs, logs) }),
    ...((await hasCheckpoint(checkpoint))
      ? { resume: await resumeFrom(checkpoint, { seed: settings.seed, epochs }) }
      : {}),
  });
  await history.save(join(folder, "history.json"));
  await saveWeights(model, join(folder, "weights.safetensors"));
  writeJson(join(folder, marker), describePart(context, options));
  rmSync(checkpoint, { recursive: true, force: true });
  return partOf(name, options, history);
}

function partOf(
  name: string,
  { model, optimizer, loss = defaultLoss, inFull = {} }: PartOptions,
  history: History,
): TrainedPart {
  const seconds = (history.history.seconds ?? []).reduce<number>((sum, value) => sum + (value ?? 0), 0);
  const optimized = `${optimizer.name}, ${optimizer.learningRate}`;
  return { name, model, history, seconds, optimizer: optimized, loss, inFull };
}

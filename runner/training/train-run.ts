/** @file Running an experiment that trains a network: from data to report. */
import { join } from "node:path";
import { formatBytes } from "../../engine/errors.ts";
import { saveCheckpoints } from "../../models/checkpoint/checkpoint.ts";
import type { TrainingSnapshot } from "../../models/checkpoint/snapshot.ts";
import type { History } from "../../models/fit/history.ts";
import type { FitOptions } from "../../models/fit/options.ts";
import type { StepMemory } from "../../models/fit/step-choice.ts";
import type { Model } from "../../models/model.ts";
import { writtenKind } from "../../models/objective/functions.ts";
import { saveWeights } from "../../models/weights/model-weights.ts";
import { accuracyOf, type Predictions } from "../../report/predictions.ts";
import { writeRunReport } from "../../report/write-report.ts";
import type { TrainingExperiment } from "../experiment.ts";
import { describeInputs, describeValidation, type ExperimentData, imageCounts } from "../experiment-data.ts";
import { estimateFullRun } from "../full-run-estimate.ts";
import { writeJson } from "../json-files.ts";
import { openData } from "../open-data.ts";
import { type Measured, type RunContext, resultOf, writeConfig } from "../run.ts";
import { type PreparedSamples, samplePredictions } from "../samples.ts";
import { type RunResult, writeResult } from "../store/run-folder.ts";
import type { RunConfig } from "../store/schemas.ts";
import { describeBackbone } from "../transfer/backbones.ts";
import { prepareTransfer } from "../transfer/prepare.ts";
import { errorRates } from "./error-rates.ts";
import { liveHistory } from "./live-history.ts";
import { resumeFrom } from "./resume-from.ts";
import { batchesPerEpoch } from "./streamed-batches.ts";
import { type Trained, trainingReport } from "./training-report.ts";

/** Where training begins, if not with new weights: in another run's folder. */
export interface StartingPoint {
  readonly folder: string;
  readonly snapshot: TrainingSnapshot;
}

/** Trains, evaluates, and writes every file of the run folder. Returns what result.json holds. */
export async function runTrainingExperiment(
  declared: RunContext<TrainingExperiment>,
  start?: StartingPoint,
): Promise<RunResult> {
  const { settings, folder, resume, events } = declared;
  const snapshot = resume ? await resumeFrom(join(folder, "checkpoint"), settings) : start?.snapshot;
  const config = writeConfig(declared, methodOf(declared, start));
  const prepared = await prepareTransfer({ ...declared, line: events.line, fresh: !snapshot });
  const context = { ...declared, experiment: prepared?.experiment ?? declared.experiment };
  const model = context.experiment.network(settings.profile);
  try {
    await model.compile(compileOptionsOf(context));
    if (prepared && !snapshot) model.setWeights(prepared.weights);
    if (context.saveInitial && !resume) await saveWeights(model, join(folder, "initial.safetensors"));
    return await trainAndReport(context, config, { model, snapshot, samples: prepared?.samples });
  } finally {
    model.dispose();
  }
}

/** What is trained, from where on, and on what in the place of the data set's images. */
interface Training {
  readonly model: Model;
  readonly snapshot: TrainingSnapshot | undefined;
  readonly samples: PreparedSamples | undefined;
}

async function trainAndReport(
  context: RunContext<TrainingExperiment>,
  config: RunConfig,
  training: Training,
): Promise<RunResult> {
  const { settings, folder } = context;
  const { model } = training;
  const trained = await train(context, training);
  await saveWeights(model, join(folder, "weights.safetensors"));
  writeJson(join(folder, "history.json"), trained.history.toJSON());
  const more: Record<string, unknown> = { micro_batch: trained.microBatch, peak_bytes: trained.peakBytes };
  if (settings.backbone) more.backbone = settings.backbone;
  // of a head on frozen features the time goes into the features
  if (settings.profile === "quick" && context.experiment.transfer?.trains !== "head") {
    const seconds = Math.min(...epochSeconds(trained.history)); // the first one also compiled the kernels
    const measured = { images: trained.trainCount, seconds };
    const inFull = await estimateFullRun(context, model, measured);
    if (inFull !== undefined) more.full_run_seconds = inFull;
  }
  const result = resultOf(context, config, {
    measured: trained.measured,
    images: imageCounts(context),
    epochs: trained.history.epoch.at(-1) ?? 0,
    parameters: model.parameterCount,
    parametersInFull: context.experiment.parameters,
    more,
  });
  writeResult(folder, config, result);
  await writeRunReport(folder, await trainingReport(context, config, trained));
  return result;
}

/** Options of compile() for an experiment. */
export function compileOptionsOf({
  experiment,
  engine,
  settings,
}: Pick<RunContext<TrainingExperiment>, "experiment" | "engine" | "settings">) {
  const { optimizer, loss, metrics, learningPhase = 0 } = experiment;
  return { engine, optimizer: optimizer(), loss, metrics, learningPhase, seed: settings.seed };
}

/** For config.json: what the numbers of the settings do not say. */
function methodOf(
  { experiment, dataset, settings, backbone }: RunContext<TrainingExperiment>,
  start: StartingPoint | undefined,
): RunConfig["method"] {
  const images = Math.min(settings.limit ?? dataset.train.count, dataset.train.count);
  const metrics = Object.entries(experiment.metrics).map(([name, kind]) => {
    const of = writtenKind(kind);
    return of === name ? name : `${name}: ${of}`;
  });
  return {
    loss: writtenKind(experiment.loss),
    metrics: metrics.join("; ") || null,
    validation: describeValidation(experiment, images, settings.seed),
    inputs: describeInputs(experiment, settings.profile) ?? null,
    continued_from: start?.folder ?? null,
    ...(settings.backbone ? { backbone: describeBackbone(settings.backbone) } : {}),
    ...(backbone?.notes?.length ? { backbone_note: backbone.notes.join(" ") } : {}),
  };
}

async function train(
  context: RunContext<TrainingExperiment>,
  { model, snapshot, samples }: Training,
): Promise<Trained> {
  const { engine, dataset, settings, folder, events, signal, experiment } = context;
  const data = await openData(context, samples);
  try {
    let microBatch = settings.batch;
    const options: FitOptions = {
      epochs: settings.epochs,
      shuffle: settings.shuffle,
      eager: settings.eager,
      precision: settings.precision,
      ...(settings.recompute ? { recompute: true } : {}),
      ...evaluatedSets(experiment, data),
      ...(data.generated
        ? { stepsPerEpoch: batchesPerEpoch(data.train.count, settings.batch) }
        : { batchSize: settings.batch }),
      signal,
      callbacks: [
        errorRates({ testIsValidation: experiment.validation === "test" }),
        ...(experiment.callbacks?.() ?? []),
        saveCheckpoints(join(folder, "checkpoint")), // first: on a full disk it is what matters
        liveHistory(folder),
      ],
      onProgress: (progress) => events.progress(progress),
      onEpoch: (epoch, logs) => events.epochDone(epoch, settings.epochs, logs),
      onPlan: (parts, memory) => {
        microBatch = parts[0]!;
        events.line(memoryLine(memory, settings.recompute ?? false));
        if (parts.length === 1) return;
        const limits = Number.isFinite(engine.memoryLimit) ? "the limits" : "this adapter's binding limit";
        events.line(
          `batches of ${settings.batch} exceed ${limits}: computed in ${parts.length} parts of ${microBatch}, gradients added`,
        );
      },
      ...(snapshot ? { resume: snapshot } : {}),
    };
    engine.resetPeakMemory();
    const history = await model.fit(data.training(snapshot?.position), options);
    const peakBytes = engine.memory.peakBytes;
    const outputs = await model.predict(data.testing);
    const predictions = await samplePredictions(data.test, outputs, dataset.classes.length);
    const evaluated = await model.evaluate(data.testing);
    return {
      model,
      history,
      predictions,
      measured: measure(history, evaluated, predictions),
      trainCount: data.trained.length,
      testCount: data.test.count,
      microBatch,
      peakBytes,
      dispatchesPerStep: model.session.dispatchesPerStep,
    };
  } finally {
    data.dispose();
  }
}

/** What training needs, before it starts. */
function memoryLine({ bytes, recompute, parts, tried }: StepMemory, asked: boolean): string {
  const stored = tried.find((way) => !way.recompute && way.parts === parts);
  const instead = stored ? `; ${formatBytes(stored.bytes)} with all of them stored` : "";
  const stay = asked ? "; computing activations again would not take less" : "";
  const how = recompute ? `, activations computed again${instead}` : stay;
  return `memory:  ${formatBytes(bytes)} on the GPU while training${how}`;
}

/** What is evaluated after every epoch: the validation part as val_*, the test set as test_*. */
function evaluatedSets({ validation }: TrainingExperiment, data: ExperimentData): FitOptions {
  if (validation === "test") return { validationData: data.testing };
  const held = data.validation;
  return { ...(held ? { validationData: held } : {}), evaluationSets: { test: data.testing } };
}

function measure(
  history: History,
  evaluated: Record<string, number>,
  predictions: Predictions | undefined,
): Measured {
  const measured: Measured = {};
  for (const [name, value] of Object.entries(evaluated)) measured[`test_${name}`] = value;
  if (predictions) measured.test_error = 1 - accuracyOf(predictions);
  for (const name of Object.keys(evaluated)) {
    for (const [key, logged] of [
      [`train_${name}`, name],
      [`val_${name}`, `val_${name}`],
    ] as const) {
      const value = history.last(logged);
      if (value !== undefined) measured[key] = value;
    }
  }
  const [losses, accuracies] = [valuesOf(history, "val_loss"), valuesOf(history, "val_accuracy")];
  if (losses.length > 0) measured.best_val_loss = Math.min(...losses);
  if (accuracies.length > 0) {
    measured.best_val_accuracy = Math.max(...accuracies);
    measured.first_5_val_accuracy = Math.max(...accuracies.slice(0, 5));
  }
  const seconds = epochSeconds(history).sort((a, b) => a - b);
  measured.seconds = seconds.reduce((sum, value) => sum + value, 0);
  measured.epoch_seconds = seconds[Math.floor((seconds.length - 1) / 2)] ?? 0; // of the first one, kernels are part
  return measured;
}

function epochSeconds(history: History): number[] {
  return valuesOf(history, "seconds");
}

function valuesOf({ history }: History, name: string): number[] {
  return (history[name] ?? []).filter((value) => value !== null);
}

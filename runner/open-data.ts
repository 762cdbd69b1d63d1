/** @file The images of a training run: on the GPU if they fit, else streamed from main memory. */

import { freemem } from "node:os";
import type { Engine } from "../engine/device.ts";
import { formatBytes, MemoryError } from "../engine/errors.ts";
import { isStored } from "../models/data/stored-samples.ts";
import type { Experiment, TrainingExperiment } from "./experiment.ts";
import { ExperimentData, imagesOf } from "./experiment-data.ts";
import type { RunContext } from "./run.ts";
import { inputsOf, type PreparedSamples } from "./samples.ts";

/**
 * A hardware adapter is asked for the memory, and streaming follows if it refuses. A software adapter shares the main
 * memory, where the images already are: it gets a copy if that takes less than half of what is free. Runs that augment
 * or hold out images are never streamed: they end with the adapter's error.
 */
export async function openData(
  context: RunContext<TrainingExperiment>,
  prepared?: PreparedSamples,
): Promise<ExperimentData> {
  const { experiment, engine, events, stream } = context;
  const { train } = prepared ?? imagesOf(context);
  const options = { ...context, line: events.line, ...(prepared ? { prepared } : {}) };
  if (isStored(train)) return ExperimentData.open(options);
  const { byteLength: bytes } = inputsOf(train).inputs;
  const streamable = isStreamable(experiment);
  const streamed = () => {
    events.line(
      `${formatBytes(bytes)} of training images stay in main memory and go to the GPU batch by batch: ` +
        "same results, more time per step.",
    );
    return ExperimentData.open({ ...options, stream: true });
  };
  if (stream ?? (streamable && !hasRoom(engine, bytes))) return streamed();
  try {
    return await ExperimentData.open(options);
  } catch (error) {
    if (!(error instanceof MemoryError && streamable)) throw error;
    return streamed();
  }
}

/** Whether training needs no more of the training images than one batch after the other. */
export function isStreamable({ generator, validation }: TrainingExperiment): boolean {
  return !generator && !(validation instanceof Object);
}

/**
 * Bytes of decoded photographs beyond which they stay on disk: half of the main memory that is free, or of the GPU's if that
 * is limited; none if they shall be streamed anyway.
 */
export function roomForPhotographs(
  experiment: Experiment,
  { memoryLimit }: Pick<Engine, "memoryLimit">,
  stream = false,
): number {
  if (experiment.kind !== "training" || !isStreamable(experiment)) return Number.POSITIVE_INFINITY;
  return stream ? 0 : Math.min(freemem(), memoryLimit) / 2;
}

function hasRoom(engine: Engine, bytes: number): boolean {
  return !engine.adapter.software || bytes < freemem() / 2;
}

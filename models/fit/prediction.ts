/** @file predict(): outputs in inference mode, of a compiled model or of one that shares its weights with one. */
import type { Engine } from "../../engine/device.ts";
import { WgradError } from "../../engine/errors.ts";
import type { DataSource } from "../data/batches.ts";
import { FeedOpener } from "../data/open.ts";
import type { Model } from "../model.ts";
import { Evaluation, type EvaluationSetup, evaluationBatch } from "./evaluation.ts";
import { crossingLayers } from "./micro-batches.ts";
import { checkPredict, type PredictOptions } from "./options.ts";

/** All outputs by name, of a model that is compiled in its `phase`. Throws WgradError if a weight has no values yet. */
export async function predictOutputs(
  model: Model,
  engine: Engine | undefined,
  data: DataSource,
  options: PredictOptions,
  phase: Pick<EvaluationSetup, "learningPhase" | "at"> = {},
): Promise<Record<string, Float32Array>> {
  checkPredict(options);
  const { batchSize = evaluationBatch } = options;
  if (!engine) {
    throw new WgradError(`${model.name} is not compiled: await model.compile({ optimizer, loss }) first.`);
  }
  const { inputs, inputNames, outputNames } = model;
  const ports = inputs.map(({ shape }, i) => ({ name: inputNames[i]!, shape }));
  const feed = new FeedOpener(engine, ports).inputs("predict", data);
  const whole = crossingLayers(model, phase.learningPhase === 1).length > 0;
  const padded = feed.withIndices(whole ? feed.indices : paddedIndices(feed.indices, batchSize));
  try {
    const results = await new Evaluation({ engine, model, ...phase }, padded, batchSize).predict();
    const values = results.map((rows) => rows.slice(0, (rows.length / padded.count) * feed.count));
    return Object.fromEntries(outputNames.map((name, i) => [name, values[i]!]));
  } finally {
    padded.dispose();
    feed.dispose();
  }
}

/**
 * The last batch is filled up to a power of two: kernels are compiled for each size, and there are few of these. No
 * sample depends on those that are added.
 */
function paddedIndices(indices: Uint32Array, batchSize: number): Uint32Array {
  const rest = indices.length % batchSize;
  if (rest === 0) return indices;
  const size = Math.min(batchSize, 2 ** Math.ceil(Math.log2(rest)));
  const padded = new Uint32Array(indices.length - rest + size).fill(indices.at(-1)!);
  padded.set(indices);
  return padded;
}

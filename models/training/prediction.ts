/** @file predict(): outputs in inference mode, of a compiled model or of one that shares its weights with one. */
import type { Engine } from "../../engine/device.ts";
import { WgradError } from "../../engine/errors.ts";
import type { Model } from "../model.ts";
import type { LearningPhase } from "./compile-options.ts";
import type { DataSource } from "./data.ts";
import { Evaluation, evaluationBatch } from "./evaluation.ts";
import { FeedOpener } from "./feed-opener.ts";
import { checkPredict, type PredictOptions } from "./options.ts";

/** All outputs by name. Throws WgradError if a weight has no values yet. */
export async function predictOutputs(
  model: Model,
  engine: Engine | undefined,
  data: DataSource,
  options: PredictOptions,
  learningPhase: LearningPhase = 0,
): Promise<Record<string, Float32Array>> {
  checkPredict(options);
  const { batchSize = evaluationBatch } = options;
  if (!engine) {
    throw new WgradError(`${model.name} is not compiled: await model.compile({ optimizer, loss }) first.`);
  }
  const { inputs, inputNames, outputNames } = model;
  const ports = inputs.map(({ shape }, i) => ({ name: inputNames[i]!, shape }));
  const feed = new FeedOpener(engine, ports).inputs("predict", data);
  try {
    const results = await new Evaluation({ engine, model, learningPhase }, feed, batchSize).predict();
    return Object.fromEntries(outputNames.map((name, i) => [name, results[i]!]));
  } finally {
    feed.dispose();
  }
}

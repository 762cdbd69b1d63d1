/** @file evaluate() and predict(): in inference mode; predict() also of a model that shares its weights with a compiled one. */
import type { Engine } from "../../engine/device.ts";
import { WgradError } from "../../engine/errors.ts";
import { type Batches, type DataSource, evaluationBatch, openBatches, openInputs } from "../data/batches.ts";
import type { EvaluateOptions, Network, PredictOptions } from "../network.ts";
import { Evaluation, type EvaluationSetup } from "./evaluation.ts";
import { crossingLayers } from "./micro-batches.ts";
import { checkEvaluate, checkPredict } from "./options.ts";
import { type EvaluationMoment, inputPorts, type Session } from "./session.ts";

/** Loss and metrics over all samples. */
export async function evaluate(
  session: Session,
  source: DataSource,
  options: EvaluateOptions,
): Promise<Record<string, number>> {
  checkEvaluate(options);
  const batches = await openBatches(
    "evaluate",
    session,
    source,
    options.batchSize ?? evaluationBatch,
    options,
  );
  try {
    return await evaluateBatches(session, batches, session.nextMoment(), options.batchSize);
  } finally {
    batches.dispose();
  }
}

export async function evaluateBatches(
  { engine, model, objective, learningPhase }: Session,
  batches: Batches,
  at: EvaluationMoment,
  batchSize = evaluationBatch,
): Promise<Record<string, number>> {
  return new Evaluation({ engine, model, objective, learningPhase, at }, batches, batchSize).evaluate();
}

/** All outputs by name, of a model that is compiled in its `phase`. Throws WgradError if a weight has no values yet. */
export async function predictOutputs(
  model: Network,
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
  const { outputNames } = model;
  const batches = openInputs("predict", { engine, inputs: inputPorts(model) }, data, batchSize);
  const whole = crossingLayers(model, phase.learningPhase === 1).length > 0;
  const padded = batches.withIndices(whole ? batches.indices : paddedIndices(batches.indices, batchSize));
  try {
    const results = await new Evaluation({ engine, model, ...phase }, padded, batchSize).predict();
    const values = results.map((rows) => rows.slice(0, (rows.length / padded.count) * batches.count));
    return Object.fromEntries(outputNames.map((name, i) => [name, values[i]!]));
  } finally {
    padded.dispose();
    batches.dispose();
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

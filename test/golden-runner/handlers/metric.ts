/** @file Kind metric. */
import type { Engine, Tensor } from "../../../engine/index.ts";
import {
  absoluteError,
  binaryAccuracy,
  sparseCategoricalAccuracy,
  squaredError,
  topKAccuracy,
} from "../../../kernels/metrics/index.ts";
import { oneHot } from "../../../kernels/shape/index.ts";
import { Attributes } from "../attributes.ts";
import { type GoldenCase, numbersOf, tensorOf } from "../cases.ts";
import { type Check, compareOutputs, type Results } from "../compare.ts";

const metrics: Readonly<Record<string, (golden: GoldenCase, engine: Engine) => Promise<Results>>> = {
  keras_metrics: kerasMetrics,
};

export function supportsMetric(op: string): boolean {
  return Object.hasOwn(metrics, op);
}

export async function runMetric(golden: GoldenCase, engine: Engine): Promise<Check[]> {
  return compareOutputs(golden, await metrics[golden.op]!(golden, engine));
}

async function kerasMetrics(golden: GoldenCase, engine: Engine): Promise<Results> {
  const { data, shape } = tensorOf(golden, "probs");
  const predictions = engine.tensor(data as Float32Array, shape);
  const labels = engine.tensor(numbersOf(tensorOf(golden, "labels")), [shape[0]!], "u32");
  const targets = oneHot(labels, shape[1]!);
  const perSample: Record<string, Tensor> = {
    categorical_accuracy: sparseCategoricalAccuracy(predictions, labels),
    binary_accuracy: binaryAccuracy(predictions, targets),
    top_k_accuracy: topKAccuracy(predictions, labels, new Attributes(golden).number("top_k")),
    mse: squaredError(predictions, targets),
    mae: absoluteError(predictions, targets),
  };
  const results: Record<string, number[]> = {};
  for (const [name, tensor] of Object.entries(perSample)) {
    const values = (await tensor.data()) as Float32Array;
    results[name] = [values.reduce((sum, value) => sum + value, 0) / values.length];
  }
  return results;
}

/** @file Metrics by Keras's names: the kernels that compute them for every sample of a batch. */
import { checkNames, checkOption } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import {
  absoluteError,
  binaryAccuracy,
  categoricalAccuracy,
  roundedAccuracy,
  type StepMetric,
  sparseCategoricalAccuracy,
  squaredError,
  topKAccuracy,
} from "../../kernels/metrics/index.ts";

/** Values [n] from outputs [n, ...] and targets. Their mean over all samples is what is reported. */
type MetricFunction = (outputs: Tensor, targets: Tensor) => Tensor;

const topFive: MetricFunction = (outputs, targets) => topKAccuracy(outputs, targets, 5);

/** The targets of sparse metrics are class labels, those of the others have the outputs' shape. */
const functions = {
  categorical_accuracy: categoricalAccuracy,
  sparse_categorical_accuracy: sparseCategoricalAccuracy,
  binary_accuracy: binaryAccuracy,
  rounded_accuracy: roundedAccuracy,
  top_k_categorical_accuracy: topFive,
  sparse_top_k_categorical_accuracy: topFive,
  mean_squared_error: squaredError,
  mean_absolute_error: absoluteError,
} satisfies Record<string, MetricFunction>;

/** With a number for k, which is 5 in Keras's names: top_3_categorical_accuracy. */
type TopKName = `${"" | "sparse_"}top_${number}_categorical_accuracy`;

export type MetricName = keyof typeof functions | TopKName;

/** All but those with another k. */
export const metricNames = Object.keys(functions) as (keyof typeof functions)[];

const topK = /^(?:sparse_)?top_([1-9]\d*)_categorical_accuracy$/;

export function isMetricName(name: string): name is MetricName {
  return Object.hasOwn(functions, name) || topK.test(name);
}

export function metricFunction(name: MetricName): MetricFunction {
  const k = topK.exec(name)?.[1];
  return k
    ? (outputs, targets) => topKAccuracy(outputs, targets, Number(k))
    : functions[name as keyof typeof functions];
}

/** Keras's TopKCategoricalAccuracy(k), for class labels with `sparse`: the name to give to compile(). */
export function topKCategoricalAccuracy(k = 5, options: { readonly sparse?: boolean } = {}): MetricName {
  const sound = Number.isInteger(k) && k >= 1 && k < 2 ** 32;
  checkOption("topKCategoricalAccuracy", "k", k, sound, "a positive integer");
  checkNames("topKCategoricalAccuracy", options, ["sparse"]);
  return `${options.sparse ? "sparse_" : ""}top_${k}_categorical_accuracy`;
}

const stepMetrics: Readonly<Record<keyof typeof functions, StepMetric>> = {
  categorical_accuracy: { kind: "categoricalAccuracy" },
  sparse_categorical_accuracy: { kind: "categoricalAccuracy" },
  binary_accuracy: { kind: "binaryAccuracy" },
  rounded_accuracy: { kind: "roundedAccuracy" },
  top_k_categorical_accuracy: { kind: "topKAccuracy", k: 5 },
  sparse_top_k_categorical_accuracy: { kind: "topKAccuracy", k: 5 },
  mean_squared_error: { kind: "squaredError" },
  mean_absolute_error: { kind: "absoluteError" },
};

/** The same metric for the kernel that writes a whole row of the log. */
export function stepMetric(name: MetricName): StepMetric {
  const k = topK.exec(name)?.[1];
  return k ? { kind: "topKAccuracy", k: Number(k) } : stepMetrics[name as keyof typeof functions];
}

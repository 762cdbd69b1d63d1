/** @file Metrics by Keras's names: the kernels that compute them for every sample of a batch. */
import { checkOption, checkOptionNames } from "../../engine/options.ts";
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
import { type CountMetric, countMetricNamed, countMetricNames } from "./count-metrics.ts";
import { parseName } from "./named-options.ts";

/** Values [n] from outputs [n, ...] and targets. Their mean over all samples is what is reported. */
type MetricFunction = (outputs: Tensor, targets: Tensor) => Tensor;

/** A metric as a function of its own, and in the kernel that writes a whole row of the log. */
interface MetricKernels {
  readonly perSample: MetricFunction;
  readonly inLog: StepMetric;
}

function topKOf(k: number): MetricKernels {
  return {
    perSample: (outputs, targets) => topKAccuracy(outputs, targets, k),
    inLog: { kind: "topKAccuracy", k },
  };
}

/** The targets of sparse metrics are class labels, those of the others have the outputs' shape. */
const metrics = {
  categorical_accuracy: { perSample: categoricalAccuracy, inLog: { kind: "categoricalAccuracy" } },
  sparse_categorical_accuracy: {
    perSample: sparseCategoricalAccuracy,
    inLog: { kind: "categoricalAccuracy" },
  },
  binary_accuracy: { perSample: binaryAccuracy, inLog: { kind: "binaryAccuracy" } },
  rounded_accuracy: { perSample: roundedAccuracy, inLog: { kind: "roundedAccuracy" } },
  top_k_categorical_accuracy: topKOf(5),
  sparse_top_k_categorical_accuracy: topKOf(5),
  mean_squared_error: { perSample: squaredError, inLog: { kind: "squaredError" } },
  mean_absolute_error: { perSample: absoluteError, inLog: { kind: "absoluteError" } },
} satisfies Record<string, MetricKernels>;

/** With a number for k, which is 5 in Keras's names: top_3_categorical_accuracy. */
type TopKName = `${"" | "sparse_"}top_${number}_categorical_accuracy`;

/** A metric of counts, with its options if it has some: auc(curve=PR). */
type CountName = `${"auc" | "precision" | "recall"}${"" | `(${string})`}`;

export type MetricName = keyof typeof metrics | TopKName | CountName;

/** All but those with another k or with options. */
export const metricNames = [...Object.keys(metrics), ...countMetricNames] as (
  | keyof typeof metrics
  | CountName
)[];

const topK = /^(?:sparse_)?top_([1-9]\d*)_categorical_accuracy$/;

export function isMetricName(name: string): name is MetricName {
  if (typeof name !== "string") return false;
  return Object.hasOwn(metrics, name) || topK.test(name) || countMetric(name) !== undefined;
}

/** A metric that is counted over all batches; undefined for one that is a mean over the samples. */
export function countMetric(text: string): CountMetric | undefined {
  const { name, options } = parseName(text);
  return countMetricNamed(name, options);
}

export function metricFunction(name: MetricName): MetricFunction {
  return kernelsOf(name).perSample;
}

/** The same metric for the kernel that writes a whole row of the log. */
export function stepMetric(name: MetricName): StepMetric {
  return kernelsOf(name).inLog;
}

function kernelsOf(name: MetricName): MetricKernels {
  const k = topK.exec(name)?.[1];
  return k ? topKOf(Number(k)) : metrics[name as keyof typeof metrics];
}

/** Keras's TopKCategoricalAccuracy(k), for class labels with `sparse`: the name to give to compile(). */
export function topKCategoricalAccuracy(k = 5, options: { readonly sparse?: boolean } = {}): MetricName {
  const sound = () => Number.isInteger(k) && k >= 1 && k < 2 ** 32;
  checkOption("topKCategoricalAccuracy", "k", k, sound, "a positive integer");
  checkOptionNames("topKCategoricalAccuracy", options, { sparse: true });
  return `${options.sparse ? "sparse_" : ""}top_${k}_categorical_accuracy`;
}

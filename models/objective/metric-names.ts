/** @file Metrics by Keras's names: the kernels that compute them for every sample of a batch. */
import { checkOption, checkOptionNames } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { scale } from "../../kernels/elementwise/index.ts";
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
import { mean } from "../../kernels/reduce/index.ts";
import { ownEntry } from "../records.ts";
import { type CountMetric, countMetricNamed, countMetricNames } from "./count-metrics.ts";
import { isLossName, lossNamed, lossNames, rowsPerSample } from "./loss-names.ts";
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

/** Keras's losses are metrics too: the mean over the samples. Those of rows of classes are averaged over the rows. */
function lossMetric(name: string): MetricFunction | undefined {
  if (!isLossName(name)) return undefined;
  const loss = lossNamed(name);
  return (outputs, targets) => {
    const rows = rowsPerSample(loss, outputs);
    const { engine, shape } = outputs;
    const perSample = engine.allocate([shape[0]! * rows], "f32", `the metric ${name}`);
    engine.scope(() => void loss.compute(outputs, targets, { perSample }));
    const values = rows === 1 ? perSample : mean(perSample.view([shape[0]!, rows]), { axes: 1 });
    return loss.name === "cosine_similarity" ? scale(values, -1) : values; // the metric grows with the similarity
  };
}

/** With a number for k, which is 5 in Keras's names: top_3_categorical_accuracy. */
type TopKName = `${"" | "sparse_"}top_${number}_categorical_accuracy`;

/** A metric of counts, with its options if it has some: auc(curve=PR). */
type CountName = `${"auc" | "precision" | "recall"}${"" | `(${string})`}`;

/** A loss as a metric, with its options if it has some: hinge, huber(delta=2). */
type LossMetricName =
  `${"hinge" | "squared_hinge" | "categorical_hinge" | "huber" | "log_cosh" | "kl_divergence" | "cosine_similarity" | `${"" | "sparse_"}categorical_crossentropy` | "binary_crossentropy"}${"" | `(${string})`}`;

/** Names of the metrics that compile() takes beside functions. */
export type MetricName = keyof typeof metrics | TopKName | CountName | LossMetricName;

/** All but those with another k or with options. */
export const metricNames = [
  ...new Set([...Object.keys(metrics), ...countMetricNames, ...lossNames]),
] as MetricName[];

const topK = /^(?:sparse_)?top_([1-9]\d*)_categorical_accuracy$/;

export function isMetricName(name: string): name is MetricName {
  if (typeof name !== "string") return false;
  const known = Object.hasOwn(metrics, name) || topK.test(name) || countMetric(name) !== undefined;
  return known || isLossName(name);
}

/** A metric that is counted over all batches; undefined for one that is a mean over the samples. */
export function countMetric(text: string): CountMetric | undefined {
  const { name, options } = parseName(text);
  return countMetricNamed(name, options);
}

export function metricFunction(name: MetricName): MetricFunction {
  return kernelsOf(name)?.perSample ?? lossMetric(name)!;
}

/** The same metric for the kernel that writes a whole row of the log; undefined if that has it not. */
export function stepMetric(name: MetricName): StepMetric | undefined {
  return kernelsOf(name)?.inLog;
}

function kernelsOf(name: MetricName): MetricKernels | undefined {
  const k = topK.exec(name)?.[1];
  return k ? topKOf(Number(k)) : ownEntry(metrics as Readonly<Record<string, MetricKernels>>, name);
}

/** Keras's SparseTopKCategoricalAccuracy(k), for class labels: the name to give to compile(). Throws ArgumentError. */
export function sparseTopKCategoricalAccuracy(k = 5): MetricName {
  checkLength("sparseTopKCategoricalAccuracy", k);
  return `sparse_top_${k}_categorical_accuracy`;
}

/** Keras's TopKCategoricalAccuracy(k), for class labels with `sparse`: the name to give to compile(). Throws ArgumentError. */
export function topKCategoricalAccuracy(k = 5, options: { readonly sparse?: boolean } = {}): MetricName {
  checkLength("topKCategoricalAccuracy", k);
  checkOptionNames("topKCategoricalAccuracy", options, { sparse: true });
  return `${options.sparse ? "sparse_" : ""}top_${k}_categorical_accuracy`;
}

function checkLength(name: string, k: number): void {
  const sound = () => Number.isInteger(k) && k >= 1 && k < 2 ** 32;
  checkOption(name, "k", k, sound, "a positive integer");
}

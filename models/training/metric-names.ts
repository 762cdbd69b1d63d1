/** @file Metrics by Keras's names: the kernels that compute them for every sample of a batch. */
import type { Tensor } from "../../engine/tensor.ts";
import {
  absoluteError,
  binaryAccuracy,
  categoricalAccuracy,
  roundedAccuracy,
  sparseCategoricalAccuracy,
  squaredError,
  topKAccuracy,
} from "../../kernels/metrics/index.ts";

/** Per metric: values [n] from outputs [n, ...] and targets. Their mean over all samples is what is reported. */
export const metricFunctions = {
  categorical_accuracy: categoricalAccuracy,
  sparse_categorical_accuracy: sparseCategoricalAccuracy,
  binary_accuracy: binaryAccuracy,
  rounded_accuracy: roundedAccuracy,
  top_k_categorical_accuracy: (outputs, targets) => topKAccuracy(outputs, targets, 5),
  mean_squared_error: squaredError,
  mean_absolute_error: absoluteError,
} satisfies Record<string, (outputs: Tensor, targets: Tensor) => Tensor>;

export type MetricName = keyof typeof metricFunctions;

export const metricNames = Object.keys(metricFunctions) as MetricName[];

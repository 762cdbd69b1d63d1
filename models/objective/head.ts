/** @file A head: one output of a model with the loss and the metrics that compile() chose for it. */

import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import type { LossOptions } from "../../kernels/losses/index.ts";
import { ownEntry } from "../records.ts";
import { type Loss, lossNamed, rowsPerSample, unknownName } from "./loss-names.ts";
import { isMetricName, type MetricName, metricNames } from "./metric-names.ts";

/** A metric: the name of its result and what it computes. */
export interface Metric {
  readonly name: string;
  readonly kind: MetricName;
}

/** Names, or result names with what they compute: { accuracy: "categorical_accuracy" }. */
export type MetricList = readonly string[] | Readonly<Record<string, string>>;

export interface Head {
  /** of the output */
  readonly name: string;
  /** of one sample */
  readonly shape: Shape;
  readonly loss: Loss;
  /** factor of the loss in the total */
  readonly weight: number;
  readonly metrics: readonly Metric[];
}

/** Resolves Keras's names. Throws ArgumentError, with the nearest name, for one that does not exist. */
export function headOf(
  output: { name: string; shape: Shape },
  loss: string,
  weight: number,
  metrics: MetricList,
): Head {
  const found = lossNamed(loss);
  const entries = isList(metrics) ? metrics.map((name) => [name, name] as const) : Object.entries(metrics);
  const resolved = entries.map(([name, kind]) => ({ name, kind: metricKind(kind, found, output.shape) }));
  return { ...output, loss: found, weight, metrics: resolved };
}

function isList(metrics: MetricList): metrics is readonly string[] {
  return Array.isArray(metrics);
}

/** The head's loss of a (micro-)batch: the sum over its samples divided by `batchSize`. */
export function lossOf(
  { loss }: Head,
  outputs: Tensor,
  targets: Tensor,
  batchSize: number,
  options: Omit<LossOptions, "divisor"> = {},
): Tensor {
  return loss.compute(outputs, targets, { ...options, divisor: batchSize * rowsPerSample(loss, outputs) });
}

/** Keras's choice for "accuracy": by the loss, and so binary accuracy for binary cross-entropy even over classes. */
function metricKind(name: string, loss: Loss, shape: Shape): MetricName {
  const aliases: Record<string, MetricName> = { mse: "mean_squared_error", mae: "mean_absolute_error" };
  if (name === "accuracy" || name === "acc") {
    if (loss.name === "binary_crossentropy" || shape.at(-1) === 1) return "binary_accuracy";
    return loss.sparse ? "sparse_categorical_accuracy" : "categorical_accuracy";
  }
  const kind = ownEntry(aliases, name) ?? name;
  if (isMetricName(kind)) return kind;
  throw unknownName("metric", name, ["accuracy", ...metricNames, ...Object.keys(aliases)]);
}

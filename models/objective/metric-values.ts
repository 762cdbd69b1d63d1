/** @file Values of a metric for a batch, each times its sample's weight where the metric is weighted. */
import { ShapeError } from "../../engine/errors.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { mul } from "../../kernels/elementwise/index.ts";
import type { Metric } from "./objective.ts";

/**
 * [n]; of a weighted metric with a weight for each row of classes [n * rows].
 * @param outputs [n, ...]
 * @param weights [n], or one for each row of classes; 1 unless given
 * @throws ShapeError for a function as a metric, which has no values for rows, with weights for them
 */
export function metricValues(
  { name, perSample, weighted, rowwise }: Metric,
  outputs: Tensor,
  targets: Tensor,
  weights: Tensor | undefined,
): Tensor {
  const values = perSample!;
  if (!weighted || !weights) return values(outputs, targets);
  const [samples = 1] = outputs.shape;
  if (weights.size === samples) return mul(values(outputs, targets), weights.view([samples]));
  const rows = weights.size;
  if (!rowwise) {
    throw new ShapeError(
      `compile: the weighted metric ${name} is a function and has one value for each of ${samples} samples; there are weights for ` +
        `${rows} rows of classes. Put it into metrics, or give one weight for each sample.`,
    );
  }
  const classes = outputs.shape.at(-1)!;
  const labels = targets.dtype !== "f32";
  const flat = values(outputs.view([rows, classes]), targets.view(labels ? [rows] : [rows, classes]));
  return mul(flat, weights.view([rows]));
}

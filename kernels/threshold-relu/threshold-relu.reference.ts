/** @file The rectifier with a threshold in float64, after keras.layers.ReLU. */
import { type Array64, array64 } from "../reference.ts";
import type { ThresholdReluOptions } from "./threshold-relu.ts";

export function thresholdReluReference(x: Array64, options: ThresholdReluOptions): Array64 {
  const { maxValue = Number.POSITIVE_INFINITY, negativeSlope = 0, threshold = 0 } = options;
  const value = (v: number) => {
    if (Number.isNaN(v)) return v;
    if (v > threshold) return Math.min(v, maxValue);
    return negativeSlope === 0 ? 0 : negativeSlope * (v - threshold); // 0 times infinity is NaN
  };
  return array64(x.shape, x.data.map(value));
}

export function thresholdReluGradientReference(
  dy: Array64,
  x: Array64,
  options: ThresholdReluOptions,
): Array64 {
  const { maxValue = Number.POSITIVE_INFINITY, negativeSlope = 0, threshold = 0 } = options;
  const slope = (v: number) => (v > threshold ? (v > maxValue ? 0 : 1) : negativeSlope);
  return array64(
    x.shape,
    x.data.map((v, i) => dy.data[i]! * slope(v)),
  );
}

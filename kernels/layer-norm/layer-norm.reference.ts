/** @file Layer normalisation in float64, as plain loops. */
import { type Array64, array64 } from "../reference.ts";

/** z = (x - mean) / sqrt(variance + epsilon) of every row, and 1 / sqrt(variance + epsilon). */
function standardize(x: Array64, epsilon: number): { z: Float64Array; inverse: Float64Array } {
  const features = x.shape.at(-1)!;
  const rows = x.data.length / features;
  const z = new Float64Array(x.data.length);
  const inverse = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    const row = x.data.subarray(r * features, (r + 1) * features);
    const mean = row.reduce((sum, value) => sum + value, 0) / features;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / features;
    inverse[r] = 1 / Math.sqrt(variance + epsilon);
    for (let f = 0; f < features; f++) z[r * features + f] = (row[f]! - mean) * inverse[r]!;
  }
  return { z, inverse };
}

/** y = gamma * z + beta. */
export function layerNormReference(x: Array64, gamma: Array64, beta: Array64, epsilon: number): Array64 {
  const features = gamma.data.length;
  const { z } = standardize(x, epsilon);
  return array64(
    x.shape,
    z.map((value, i) => gamma.data[i % features]! * value + beta.data[i % features]!),
  );
}

/** Gradients of x, gamma and beta. */
export function layerNormGradientReference(
  dy: Array64,
  x: Array64,
  gamma: Array64,
  epsilon: number,
): [dx: Array64, dgamma: Array64, dbeta: Array64] {
  const features = gamma.data.length;
  const { z, inverse } = standardize(x, epsilon);
  const dx = array64(x.shape);
  const dgamma = array64([features]);
  const dbeta = array64([features]);
  for (let r = 0; r < inverse.length; r++) {
    let mean = 0; // of g = dy * gamma along the row
    let slope = 0; // mean of g * z
    for (let f = 0, i = r * features; f < features; f++, i++) {
      const g = dy.data[i]! * gamma.data[f]!;
      mean += g / features;
      slope += (g * z[i]!) / features;
      dgamma.data[f]! += dy.data[i]! * z[i]!;
      dbeta.data[f]! += dy.data[i]!;
    }
    for (let f = 0, i = r * features; f < features; f++, i++) {
      dx.data[i] = inverse[r]! * (dy.data[i]! * gamma.data[f]! - mean - z[i]! * slope);
    }
  }
  return [dx, dgamma, dbeta];
}

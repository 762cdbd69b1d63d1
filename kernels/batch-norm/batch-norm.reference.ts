/** @file Batch normalisation in float64, as plain loops. */
import { type Array64, array64 } from "../reference.ts";

/** Per channel, [channels]. */
export interface ChannelStatistics {
  readonly mean: Array64;
  readonly variance: Array64;
}

/** Mean and biased variance over all axes but the last. */
export function batchStatisticsReference(x: Array64): ChannelStatistics {
  const channels = x.shape.at(-1)!;
  const rows = x.data.length / channels;
  const mean = array64([channels]);
  const variance = array64([channels]);
  for (const [i, value] of x.data.entries()) mean.data[i % channels]! += value / rows;
  for (const [i, value] of x.data.entries()) {
    variance.data[i % channels]! += (value - mean.data[i % channels]!) ** 2 / rows;
  }
  return { mean, variance };
}

/** y = gamma * (x - mean) / sqrt(variance + epsilon) + beta. */
export function batchNormReference(
  x: Array64,
  gamma: Array64,
  beta: Array64,
  { mean, variance }: ChannelStatistics,
  epsilon: number,
): Array64 {
  const channels = x.shape.at(-1)!;
  const y = x.data.map((value, i) => {
    const c = i % channels;
    const z = (value - mean.data[c]!) / Math.sqrt(variance.data[c]! + epsilon);
    return gamma.data[c]! * z + beta.data[c]!;
  });
  return array64(x.shape, y);
}

/**
 * Gradients of x, gamma and beta. `statistics` given: they are constants (inference). Left out: they are the batch's
 * own, and x acts through them as well, which takes the mean gradient and its part along z away.
 */
export function batchNormGradientReference(
  dy: Array64,
  x: Array64,
  gamma: Array64,
  epsilon: number,
  statistics?: ChannelStatistics,
): [dx: Array64, dgamma: Array64, dbeta: Array64] {
  const channels = x.shape.at(-1)!;
  const rows = x.data.length / channels;
  const { mean, variance } = statistics ?? batchStatisticsReference(x);
  const deviation = variance.data.map((value) => Math.sqrt(value + epsilon));
  const z = x.data.map((value, i) => (value - mean.data[i % channels]!) / deviation[i % channels]!);
  const dgamma = array64([channels]);
  const dbeta = array64([channels]);
  for (const [i, gradient] of dy.data.entries()) {
    dgamma.data[i % channels]! += gradient * z[i]!;
    dbeta.data[i % channels]! += gradient;
  }
  const dx = dy.data.map((gradient, i) => {
    const c = i % channels;
    const through = statistics ? 0 : (dbeta.data[c]! + z[i]! * dgamma.data[c]!) / rows;
    return (gamma.data[c]! / deviation[c]!) * (gradient - through);
  });
  return [array64(x.shape, dx), dgamma, dbeta];
}

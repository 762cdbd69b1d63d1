/** @file t-SNE's affinities, divergence and gradient in float64, as plain loops. */
import { type Array64, array64 } from "../reference.ts";

/** p[i, j] = (p(j | i) + p(i | j)) / 2n; each point's Gaussian is bisected to the perplexity. x [n, width]. */
export function affinitiesReference(x: Array64, perplexity: number): Array64 {
  const [count, width] = x.shape as [number, number];
  const conditional = Array.from({ length: count }, (_, i) => {
    const distances = Array.from({ length: count }, (_, j) => squaredDistance(x.data, i, j, width));
    return conditionalProbabilities(distances, i, perplexity);
  });
  const p = array64([count, count]);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      p.data[i * count + j] = (conditional[i]![j]! + conditional[j]![i]!) / (2 * count);
    }
  }
  return p;
}

/** Probabilities of the neighbours of point `own`, with entropy log(perplexity). */
function conditionalProbabilities(distances: readonly number[], own: number, perplexity: number): number[] {
  const nearest = Math.min(...distances.filter((_, j) => j !== own));
  let [low, high] = [0, Number.POSITIVE_INFINITY];
  let beta = 1;
  for (;;) {
    const shares = distances.map((d, j) => (j === own ? 0 : Math.exp(-beta * (d - nearest))));
    const total = shares.reduce((a, b) => a + b);
    const p = shares.map((share) => share / total);
    const entropy = p.reduce((sum, value) => (value > 0 ? sum - value * Math.log(value) : sum), 0);
    if (entropy > Math.log(perplexity)) low = beta;
    else high = beta;
    const middle = high === Number.POSITIVE_INFINITY ? 2 * beta : (low + high) / 2;
    if (Math.abs(entropy - Math.log(perplexity)) < 1e-12 || middle === beta || middle > 1e30) return p;
    beta = middle;
  }
}

/** q[i, j] = w / sum of all w, w = 1 / (1 + |y_i - y_j|^2), 0 for i = j. y [n, 2]. */
function embeddedAffinitiesReference(y: Array64): Array64 {
  const count = y.shape[0]!;
  const q = array64([count, count]);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      if (i !== j) q.data[i * count + j] = 1 / (1 + squaredDistance(y.data, i, j, 2));
    }
  }
  const total = q.data.reduce((a, b) => a + b, 0);
  return array64(
    q.shape,
    q.data.map((w) => w / total),
  );
}

/** sum of p log(p / q) */
export function divergenceReference(p: Array64, y: Array64): number {
  const q = embeddedAffinitiesReference(y);
  return p.data.reduce(
    (sum, value, at) => (value > 0 ? sum + value * Math.log(value / q.data[at]!) : sum),
    0,
  );
}

/** dy[i] = 4 sum over j of (p - q) w (y_i - y_j) */
export function divergenceGradientReference(p: Array64, y: Array64): Array64 {
  const count = y.shape[0]!;
  const q = embeddedAffinitiesReference(y);
  const gradient = array64(y.shape);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      const w = 1 / (1 + squaredDistance(y.data, i, j, 2));
      const force = 4 * (p.data[i * count + j]! - q.data[i * count + j]!) * w;
      for (const axis of [0, 1]) {
        gradient.data[2 * i + axis]! += force * (y.data[2 * i + axis]! - y.data[2 * j + axis]!);
      }
    }
  }
  return gradient;
}

function squaredDistance(x: Float64Array, i: number, j: number, width: number): number {
  let sum = 0;
  for (let k = 0; k < width; k++) sum += (x[i * width + k]! - x[j * width + k]!) ** 2;
  return sum;
}

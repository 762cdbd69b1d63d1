/** @file Cross-entropies over classes in float64. Targets are probabilities [n, c]; make labels one-hot first. */
import { type Array64, array64 } from "../reference.ts";
import { softmaxReference } from "../softmax/softmax.reference.ts";
import { probabilityClip } from "./loss.ts";

const [lowest, highest] = probabilityClip;

/** [n]: -sum over j of t[j] * log softmax(x)[j]. */
export function softmaxCrossEntropyReference(logits: Array64, targets: Array64): Array64 {
  const logarithms = softmaxReference(logits, 1, true);
  return sumRows(logits, (i) => -targets.data[i]! * logarithms.data[i]!);
}

/** dx[j] = dLoss * (softmax(x)[j] * sum of t - t[j]). */
export function softmaxCrossEntropyGradientReference(
  dLoss: Array64,
  logits: Array64,
  targets: Array64,
): Array64 {
  const classes = logits.shape[1]!;
  const probabilities = softmaxReference(logits, 1);
  const masses = sumRows(logits, (i) => targets.data[i]!);
  return array64(
    logits.shape,
    logits.data.map((_, i) => {
      const sample = Math.floor(i / classes);
      return dLoss.data[sample]! * (probabilities.data[i]! * masses.data[sample]! - targets.data[i]!);
    }),
  );
}

/** [n]: -sum over j of t[j] * log(clip(x[j] / sum of x)). */
export function categoricalCrossentropyReference(probabilities: Array64, targets: Array64): Array64 {
  const classes = probabilities.shape[1]!;
  const totals = sumRows(probabilities, (i) => probabilities.data[i]!);
  return sumRows(probabilities, (i) => {
    const q = probabilities.data[i]! / totals.data[Math.floor(i / classes)]!;
    return -targets.data[i]! * Math.log(Math.min(Math.max(q, lowest), highest));
  });
}

/** dx by the quotient rule: with g[j] = d loss / d q[j], dx[j] = (g[j] - sum over k of g[k] * q[k]) / sum of x. */
export function categoricalCrossentropyGradientReference(
  dLoss: Array64,
  probabilities: Array64,
  targets: Array64,
): Array64 {
  const classes = probabilities.shape[1]!;
  const totals = sumRows(probabilities, (i) => probabilities.data[i]!);
  const q = probabilities.data.map((p, i) => p / totals.data[Math.floor(i / classes)]!);
  const g = q.map((value, i) => (value >= lowest && value <= highest ? -targets.data[i]! / value : 0));
  const inner = sumRows(probabilities, (i) => g[i]! * q[i]!);
  return array64(
    probabilities.shape,
    g.map((value, i) => {
      const sample = Math.floor(i / classes);
      return (dLoss.data[sample]! * (value - inner.data[sample]!)) / totals.data[sample]!;
    }),
  );
}

/** Of each row of `x` the sum over its elements' indices i of term(i). */
function sumRows(x: Array64, term: (i: number) => number): Array64 {
  const [samples, classes] = x.shape as [number, number];
  const sums = array64([samples]);
  for (let i = 0; i < samples * classes; i++) sums.data[Math.floor(i / classes)]! += term(i);
  return sums;
}

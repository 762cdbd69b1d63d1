/** @file The elementwise losses in float64. */
import { type Array64, array64 } from "../reference.ts";
import { probabilityClip } from "./loss.ts";

interface PointwiseRow {
  value(x: number, t: number): number;
  derivative(x: number, t: number): number;
}

const [lowest, highest] = probabilityClip;
const clip = (p: number) => Math.min(Math.max(p, lowest), highest);

export const pointwiseReferences = {
  meanSquaredError: { value: (x, t) => (x - t) ** 2, derivative: (x, t) => 2 * (x - t) },
  meanAbsoluteError: { value: (x, t) => Math.abs(x - t), derivative: (x, t) => Math.sign(x - t) },
  binaryCrossentropy: {
    value: (x, t) => -t * Math.log(clip(x)) - (1 - t) * Math.log1p(-clip(x)),
    derivative: (x, t) => (x === clip(x) || Number.isNaN(x + t) ? (x - t) / (x * (1 - x)) : 0),
  },
  binaryCrossentropyFromLogits: {
    value: (x, t) => Math.max(x, 0) - x * t + Math.log1p(Math.exp(-Math.abs(x))),
    derivative: (x, t) => 1 / (1 + Math.exp(-x)) - t,
  },
} satisfies Record<string, PointwiseRow>;

export type PointwiseName = keyof typeof pointwiseReferences;

/** [n]: of each sample the mean over its elements. */
export function pointwiseReference(name: PointwiseName, x: Array64, t: Array64): Array64 {
  const samples = x.shape[0]!;
  const length = x.data.length / samples;
  const losses = array64([samples]);
  for (const [i, value] of x.data.entries()) {
    losses.data[Math.floor(i / length)]! += pointwiseReferences[name].value(value, t.data[i]!) / length;
  }
  return losses;
}

/** dx, from the gradient of each sample's loss. */
export function pointwiseGradientReference(
  name: PointwiseName,
  dLoss: Array64,
  x: Array64,
  t: Array64,
): Array64 {
  const length = x.data.length / x.shape[0]!;
  const { derivative } = pointwiseReferences[name];
  return array64(
    x.shape,
    x.data.map((value, i) => (dLoss.data[Math.floor(i / length)]! / length) * derivative(value, t.data[i]!)),
  );
}

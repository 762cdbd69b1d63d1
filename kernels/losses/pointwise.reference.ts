/** @file The pointwise losses in float64, from the rows of the table. */
import { type Array64, array64 } from "../reference.ts";
import { signedTargetsReference } from "./hinge.reference.ts";
import type { PointwiseRow } from "./pointwise.ts";
import { type PointwiseName, pointwiseTable } from "./pointwise-table.ts";

/** Of the sum over a sample: the number of its elements, or of its rows where a row is summed. */
function divisorOf({ sums }: PointwiseRow, { shape, data }: Array64): number {
  const length = data.length / shape[0]!;
  return sums ? length / shape.at(-1)! : length;
}

/** [n]: of each sample the mean over its elements, or over its rows. The parameter is that of the checks unless given. */
export function pointwiseReference(name: PointwiseName, x: Array64, t: Array64, parameter?: number): Array64 {
  const row: PointwiseRow = pointwiseTable[name];
  const samples = x.shape[0]!;
  const length = x.data.length / samples;
  const divisor = divisorOf(row, x);
  const losses = array64([samples]);
  const goals = row.signed ? signedTargetsReference(t) : t;
  for (const [i, value] of x.data.entries()) {
    const loss = row.value(value, goals.data[i]!, parameter ?? row.parameters?.delta ?? 0);
    losses.data[Math.floor(i / length)]! += loss / divisor;
  }
  return losses;
}

/** dx, from the gradient of each sample's loss. */
export function pointwiseGradientReference(
  name: PointwiseName,
  dLoss: Array64,
  x: Array64,
  t: Array64,
  parameter?: number,
): Array64 {
  const row: PointwiseRow = pointwiseTable[name];
  const length = x.data.length / x.shape[0]!;
  const divisor = divisorOf(row, x);
  const goals = row.signed ? signedTargetsReference(t) : t;
  return array64(
    x.shape,
    x.data.map((value, i) => {
      const slope = row.derivative(value, goals.data[i]!, parameter ?? row.parameters?.delta ?? 0);
      return (dLoss.data[Math.floor(i / length)]! / divisor) * slope;
    }),
  );
}

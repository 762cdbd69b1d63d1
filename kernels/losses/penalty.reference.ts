/** @file The penalty on weights in float64. */
import { type Array64, array64 } from "../reference.ts";

/** l1 * sum |w| + l2 * sum w^2, of shape []. */
export function l1l2PenaltyReference(w: Array64, l1: number, l2: number): Array64 {
  return array64([], [w.data.reduce((sum, value) => sum + l1 * Math.abs(value) + l2 * value ** 2, 0)]);
}

export function l1l2PenaltyGradientReference(dy: Array64, w: Array64, l1: number, l2: number): Array64 {
  return array64(
    w.shape,
    w.data.map((value) => dy.data[0]! * (l1 * Math.sign(value) + 2 * l2 * value)),
  );
}

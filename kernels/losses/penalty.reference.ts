/** @file The penalty on weights in float64. */
import { type Array64, array64 } from "../reference.ts";

/** A penalty of 0 is none, whatever the weight. */
const part = (coefficient: number, value: number) => (coefficient === 0 ? 0 : coefficient * value);

/** l1 * sum |w| + l2 * sum w^2, of shape []. */
export function l1l2PenaltyReference(w: Array64, l1: number, l2: number): Array64 {
  return array64(
    [],
    [w.data.reduce((sum, value) => sum + part(l1, Math.abs(value)) + part(l2, value ** 2), 0)],
  );
}

export function l1l2PenaltyGradientReference(dy: Array64, w: Array64, l1: number, l2: number): Array64 {
  return array64(
    w.shape,
    w.data.map((value) => dy.data[0]! * (part(l1, Math.sign(value)) + part(2 * l2, value))),
  );
}

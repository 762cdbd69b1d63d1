/** @file Targets of hinge losses and the categorical hinge in plain loops. */
import { type Array64, array64 } from "../reference.ts";

/** Where all targets are 0 or 1, 0 becomes -1: Keras's rule. */
export function signedTargetsReference({ shape, data }: Array64): Array64 {
  const binary = data.every((t) => t === 0 || t === 1);
  return array64(shape, binary ? data.map((t) => 2 * t - 1) : data);
}

/** [rows]: max(1 + largest of (1 - t) x - sum of t x, 0) of each row of classes. */
export function categoricalHingeReference(x: Array64, targets: Array64): Array64 {
  const classes = x.shape.at(-1)!;
  const losses = array64([x.data.length / classes]);
  for (let row = 0; row < losses.data.length; row++) {
    let own = 0;
    let others = Number.NEGATIVE_INFINITY;
    for (let i = row * classes; i < (row + 1) * classes; i++) {
      own += targets.data[i]! * x.data[i]!;
      others = Math.max(others, (1 - targets.data[i]!) * x.data[i]!);
    }
    losses.data[row] = Math.max(1 + others - own, 0);
  }
  return losses;
}

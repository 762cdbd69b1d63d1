/** @file What is timed must be right: results are read and compared first. */
import type { Engine } from "../../engine/device.ts";
import { NumericError } from "../../engine/errors.ts";
import type { Tensor } from "../../engine/tensor.ts";

/** What a kernel wrote. */
export async function resultOf(engine: Engine, run: () => Tensor): Promise<Float32Array> {
  const y = engine.keep(engine.scope(run));
  const values = (await y.data()) as Float32Array;
  y.dispose();
  return values;
}

/** Throws NumericError, with the name, if the values are off by more than a ten-thousandth of the largest. */
export function requireClose(name: string, actual: Float32Array, expected: ArrayLike<number>): void {
  let [scale, worst] = [0, 0];
  for (const [i, value] of actual.entries()) {
    const difference = Math.abs(value - expected[i]!);
    scale = Math.max(scale, Math.abs(expected[i]!));
    worst = difference > worst || Number.isNaN(difference) ? difference : worst;
  }
  if (!(worst <= 1e-4 * scale) || actual.length !== expected.length)
    throw new NumericError(`${name}: the result is off by ${worst}, of ${scale}.`);
}

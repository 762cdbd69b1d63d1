/** @file Holds a loss on the GPU against its float64 reference: value, losses per sample and gradient. */

import { gradients } from "../../../engine/autodiff/tape.ts";
import type { Engine } from "../../../engine/device.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import type { LossOptions } from "../../../kernels/losses/index.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { expectClose } from "../../support/compare.ts";

export interface LossCase {
  readonly loss: (x: Tensor, targets: Tensor, options: LossOptions) => Tensor;
  readonly x: Array64;
  readonly targets: Array64;
  /** the same targets as labels, to be used instead */
  readonly labels?: readonly number[];
  readonly weights?: Array64;
  readonly divisor?: number | undefined;
}

/** `perSample` and `gradient` (from the gradient of each sample's loss) are the reference's. */
export async function checkLoss(
  engine: Engine,
  { loss, x, targets, labels, weights, divisor }: LossCase,
  perSample: Array64,
  gradient: (dLoss: Array64) => Array64,
): Promise<void> {
  const samples = perSample.data.length;
  const factors = perSample.data.map((_, i) => (weights?.data[i] ?? 1) / (divisor ?? samples));
  const expected = perSample.data.reduce((sum, value, i) => sum + factors[i]! * value, 0);
  const input = engine.tensor(x.data, x.shape);
  const goal = labels ? engine.tensor(labels, undefined, "u32") : engine.tensor(targets.data, targets.shape);
  const each = engine.zeros([samples]);
  const options: LossOptions = {
    perSample: each,
    ...(weights ? { weights: engine.tensor(weights.data) } : {}),
    ...(divisor === undefined ? {} : { divisor }),
  };
  const result = gradients(engine, () => loss(input, goal, options), [input]);
  const length = x.data.length / samples;
  const largest = Math.max(1, ...perSample.data);
  expectClose(await each.data(), perSample.data, { terms: length, scale: largest }, "losses per sample");
  const scale = Math.max(1, Math.abs(expected));
  expectClose((await result.value.data()) as Float32Array, [expected], { terms: samples, scale }, "loss");
  const dx = (await result.gradients[0]!.data()) as Float32Array;
  const exact = gradient(array64([samples], factors)).data;
  // Differences like p - t are as precise as their terms, of size 1 before the factors.
  const terms = Math.max(...exact.map(Math.abs), Math.max(...factors) / length);
  expectClose(dx, exact, { ulps: 32, scale: terms }, "gradient");
}

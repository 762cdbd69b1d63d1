/** @file A loss on the GPU against its float64 reference: value, losses per sample and gradient. */
import { gradients } from "../../engine/autodiff/tape.ts";
import type { Engine } from "../../engine/device.ts";
import type { Tensor } from "../../engine/tensor.ts";
import type { LossOptions } from "../../kernels/losses/index.ts";
import { type Array64, array64 } from "../../kernels/reference.ts";
import type { Comparison } from "./property.ts";

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
export async function compareLoss(
  engine: Engine,
  { loss, x, targets, labels, weights, divisor }: LossCase,
  perSample: Array64,
  gradient: (dLoss: Array64) => Array64,
): Promise<Comparison[]> {
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
  const exact = gradient(array64([samples], factors)).data;
  // Differences like p - t are as precise as their terms, of size 1 before the factors.
  const terms = Math.max(...exact.map(Math.abs), Math.max(...factors) / length);
  return [
    {
      what: "losses per sample",
      shape: [samples],
      actual: await each.data(),
      expected: perSample.data,
      tolerance: { terms: length, scale: largest },
    },
    {
      what: "loss",
      shape: [],
      actual: await result.value.data(),
      expected: [expected],
      tolerance: { terms: samples, scale: Math.max(1, Math.abs(expected)) },
    },
    {
      what: "gradient",
      shape: x.shape,
      actual: await result.gradients[0]!.data(),
      expected: exact,
      tolerance: { ulps: 32, scale: terms },
    },
  ];
}

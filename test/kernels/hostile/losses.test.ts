/** @file Losses, penalties, dropout and gradient clipping on NaN and infinities. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Tensor } from "../../../engine/tensor.ts";
import { applyDropoutMask, dropout } from "../../../kernels/dropout/index.ts";
import { relu, sigmoid, tanh } from "../../../kernels/elementwise/index.ts";
import { unaryGradientReference, unaryReference } from "../../../kernels/elementwise/unary.reference.ts";
import * as losses from "../../../kernels/losses/index.ts";
import {
  l1l2PenaltyGradientReference,
  l1l2PenaltyReference,
} from "../../../kernels/losses/penalty.reference.ts";
import {
  pointwiseGradientReference,
  pointwiseReference,
} from "../../../kernels/losses/pointwise.reference.ts";
import type { PointwiseRow } from "../../../kernels/losses/pointwise.ts";
import { type PointwiseName, pointwiseTable } from "../../../kernels/losses/pointwise-table.ts";
import { occupiedElements, sgd } from "../../../kernels/optimizers/index.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { softmax } from "../../../kernels/softmax/index.ts";
import { softmaxGradientReference, softmaxReference } from "../../../kernels/softmax/softmax.reference.ts";
import { useEngine } from "../../support/engine.ts";
import { expectSurvives, hostileArray, spoiled, strange } from "../../support/hostile.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";

const few = { ...properties, numRuns: Math.ceil(properties.numRuns / 2) };
const shape = [3, 4];

/** An activation before the loss, whose gradient the loss's kernel computes as well. */
const before = {
  nothing: { op: (z: Tensor) => z, value: (z: Array64) => z, gradient: (dy: Array64, _: Array64) => dy },
  ...Object.fromEntries(
    Object.entries({ relu, sigmoid, tanh }).map(([name, op]) => {
      const row = name as "relu" | "sigmoid" | "tanh";
      const gradient = (dy: Array64, z: Array64) => unaryGradientReference(row, dy, z);
      return [name, { op, value: (z: Array64) => unaryReference(row, z), gradient }];
    }),
  ),
  softmax: {
    op: (z: Tensor) => softmax(z),
    value: (z: Array64) => softmaxReference(z, 1),
    gradient: (dy: Array64, z: Array64) => softmaxGradientReference(dy, z, 1),
  },
};

describe("losses of hostile predictions and targets", () => {
  const engine = useEngine();

  it.each(Object.keys(pointwiseTable) as PointwiseName[])("%s", async (name) => {
    const row: PointwiseRow = pointwiseTable[name];
    for (const [activation, { op, value, gradient }] of Object.entries(before)) {
      const check = (z: Array64, targets: Array64) =>
        expectSurvives(
          engine(),
          (t) => row.op(op(t), engine().tensor(targets.data, targets.shape), row.parameters),
          (t) => {
            const each = pointwiseReference(name, value(t), targets).data;
            return array64([], [each.reduce((sum, loss) => sum + loss / each.length, 0)]);
          },
          (dy, t) => {
            const shares = array64([3], new Float64Array(3).fill(dy.data[0]! / 3));
            return [gradient(pointwiseGradientReference(name, shares, value(t), targets), t)];
          },
          [z],
          `${name} after ${activation}`,
          1e-5,
        );
      const targets = randomArray(shape, 1, 0, 1);
      await fc.assert(
        fc.asyncProperty(hostileArray(shape, strange), (z) => check(z, targets)),
        few,
      );
      await check(randomArray(shape, 2, 0, 1), spoiled(targets, 3));
    }
  });

  it.each([
    [0.1, 0],
    [0, 0.1],
    [0.1, 0.2],
  ])("l1l2Penalty with l1 %d and l2 %d", async (l1, l2) => {
    await fc.assert(
      fc.asyncProperty(hostileArray([7], strange), (w) =>
        expectSurvives(
          engine(),
          (t) => losses.l1l2Penalty(t, { l1, l2 }),
          (t) => l1l2PenaltyReference(t, l1, l2),
          (dy, t) => [l1l2PenaltyGradientReference(dy, t, l1, l2)],
          [w],
          "l1l2Penalty",
          1e-6,
        ),
      ),
      few,
    );
  });
});

describe("dropout of hostile values", () => {
  const engine = useEngine();

  it("makes NaN of what is dropped and not finite: 0 times it", async () => {
    const x = engine().tensor([Number.NaN, Infinity, -Infinity, 1], [1, 4]);
    const seen = new Set<string>();
    for (let step = 0; step < 32; step++) {
      engine().step.set({ seed: 1, step, sample: 0 });
      const y = await dropout(x, { rate: 0.5, stream: 0 }).data();
      expect(y[0]).toBeNaN();
      seen.add(`${y[1]}`).add(`${y[2]}`).add(`${y[3]}`);
    }
    expect([...seen].sort()).toEqual(["-Infinity", "0", "2", "Infinity", "NaN"]);
    const masked = await applyDropoutMask(x, engine().tensor([0, 0, 1, 0], [1, 4]), 0.5).data();
    expect([...masked]).toEqual([Number.NaN, Number.NaN, -Infinity, 0]);
  });
});

describe("clipping of hostile gradients", () => {
  const engine = useEngine();

  async function step(values: number[], options: { clipNorm?: number; clipValue?: number }) {
    const parameters = engine().zeros([64]);
    const gradients = engine().tensor([...values, ...Array<number>(64 - values.length).fill(0)], [64]);
    engine().step.set({ step: 0, learningRate: 1 });
    using occupied = occupiedElements(engine(), [values.length]);
    sgd({ learningRate: 1, ...options }).apply({ parameters, gradients, slots: {}, occupied });
    return [...(await parameters.data())].slice(0, values.length);
  }

  it("keeps NaN, and by value takes infinities for large numbers", async () => {
    expect(await step([Number.NaN, Infinity, -Infinity, 1], { clipValue: 2 })).toEqual([
      Number.NaN,
      -2,
      2,
      -1,
    ]);
  });

  it("by norm makes NaN of all where there is no norm, as TensorFlow does", async () => {
    for (const value of [Number.NaN, Infinity, -Infinity])
      expect(await step([value, 1], { clipNorm: 1 }), `${value}`).toEqual([Number.NaN, Number.NaN]);
    expect(await step([3, 4], { clipNorm: 1 })).toEqual([-0.6, -0.8].map((x) => expect.closeTo(x, 6)));
  });
});

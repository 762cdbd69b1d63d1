import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gradients } from "../../../engine/autodiff/tape.ts";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { categoricalHingeReference } from "../../../kernels/losses/hinge.reference.ts";
import {
  binaryCrossentropy,
  binaryCrossentropyFromLogits,
  categoricalHinge,
  hinge,
  huber,
  klDivergence,
  logCosh,
  meanAbsoluteError,
  meanSquaredError,
  squaredHinge,
} from "../../../kernels/losses/index.ts";
import {
  pointwiseGradientReference,
  pointwiseReference,
} from "../../../kernels/losses/pointwise.reference.ts";
import type { PointwiseRow } from "../../../kernels/losses/pointwise.ts";
import { type PointwiseName, pointwiseTable } from "../../../kernels/losses/pointwise-table.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { checkReferenceGradient } from "../../support/gradient.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";
import { asGpu } from "../as-gpu.ts";
import { checkLoss } from "./check-loss.ts";

const rows = pointwiseTable as Record<PointwiseName, PointwiseRow>;
const names = Object.keys(rows) as PointwiseName[];
const rangeOf = (name: PointwiseName) => [...(rows[name].range ?? [-4, 4])] as [number, number];

const cases = fc.record({
  shape: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 }),
  weighted: fc.boolean(),
  divisor: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
  seed: fc.nat(1e6),
});

describe("elementwise losses", () => {
  const engine = useEngine();

  for (const name of names) {
    const { op, parameters } = rows[name];
    const check = (
      x: Array64,
      t: Array64,
      options: { weights?: Array64; divisor?: number | undefined } = {},
    ) =>
      checkLoss(
        engine(),
        { loss: (p, g, o) => op(p, g, { ...o, ...parameters }), x, targets: t, ...options },
        pointwiseReference(name, x, t),
        (dLoss) => pointwiseGradientReference(name, dLoss, x, t),
      );

    it(`${name} matches the reference on more samples than a workgroup adds up`, async () => {
      for (const samples of [64, 65]) {
        const [x, t] = [randomArray([samples, 3], 1, ...rangeOf(name)), randomArray([samples, 3], 2, 0, 1)];
        await check(x, t, { weights: randomArray([samples], 3, 0, 2) });
      }
    });

    it(`${name} matches the reference, with weights and divisors`, async () => {
      await fc.assert(
        fc.asyncProperty(cases, async ({ shape, weighted, divisor, seed }) => {
          const weights = weighted ? { weights: randomArray([shape[0]!], seed + 2, 0, 2) } : {};
          const x = randomArray(shape, seed, ...rangeOf(name));
          await check(x, randomArray(shape, seed + 1, 0, 1), { ...weights, divisor });
        }),
        properties,
      );
    });

    it(`${name} has a reference whose gradient agrees with central differences`, () => {
      const t = randomArray([3, 5], 2, 0, 1);
      checkReferenceGradient(
        (x) => pointwiseReference(name, x, t),
        (dy, x) => [pointwiseGradientReference(name, dy, x, t)],
        [randomArray([3, 5], 1, ...rangeOf(name))],
      );
    });
  }

  it("shares long samples among the lanes of a workgroup", async () => {
    const x = randomArray([3, 2501], 1);
    const t = randomArray([3, 2501], 2);
    const check = () =>
      checkLoss(
        engine(),
        { loss: meanSquaredError, x, targets: t },
        pointwiseReference("meanSquaredError", x, t),
        (d) => pointwiseGradientReference("meanSquaredError", d, x, t),
      );
    await check();
    await asGpu(engine(), check);
  });

  it("takes a target of 0 for -1 in hinge losses where there are none but 0 and 1, as Keras does", async () => {
    const x = engine().tensor([0.5, -0.5], [2, 1]);
    const losses = async (...targets: number[]) => {
      const t = engine().tensor(targets, [2, 1]);
      return [(await hinge(x, t).data())[0], (await squaredHinge(x, t).data())[0]];
    };
    expect(await losses(0, 0)).toEqual([1, 1.25]); // (1.5 + 0.5) / 2, (2.25 + 0.25) / 2
    expect(await losses(0, 1)).toEqual([1.5, 2.25]); // margins 1.5 and 1.5
    expect(await losses(0, -1)).toEqual([0.75, 0.625]); // 0 stays 0: 1 and 0.5
    expect(await losses(0, 0.5)).toEqual([1.125, 1.28125]); // 1 and 1.25
    expect(await losses(-0, 1)).toEqual([1.5, 2.25]);
    expect(await losses(0, Number.NaN)).toEqual([Number.NaN, Number.NaN]);
  });

  it("looks at all targets of hinge losses, more than a workgroup has invocations", async () => {
    for (const last of [1, -1]) {
      const t = array64(
        [1000, 1],
        Float64Array.from({ length: 1000 }, (_, i) => (i === 999 ? last : i % 2)),
      );
      const x = randomArray([1000, 1], 4, -2, 2);
      await checkLoss(engine(), { loss: hinge, x, targets: t }, pointwiseReference("hinge", x, t), (d) =>
        pointwiseGradientReference("hinge", d, x, t),
      );
    }
  });

  it("has Keras's categorical hinge", async () => {
    const x = engine().tensor([0.6, 0.4, 0.4, 0.6], [2, 2]);
    const t = engine().tensor([0, 1, 0, 0], [2, 2]);
    expect((await categoricalHinge(x, t).data())[0]).toBeCloseTo(1.4, 6); // docstring of keras.metrics.CategoricalHinge
    const [p, g] = [randomArray([5, 2, 3], 1, -2, 2), array64([5, 2, 3])];
    for (let row = 0; row < 10; row++) g.data[3 * row + (row % 3)] = 1;
    const options = { weights: engine().tensor(randomArray([10], 3, 0, 2).data), divisor: 7 };
    const perSample = engine().zeros([10]);
    const [pg, gg] = [p, g].map(({ data, shape }) => engine().tensor(data, shape));
    const total = await categoricalHinge(pg!, gg!, { ...options, perSample }).data();
    const expected = categoricalHingeReference(p, g).data;
    expectClose((await perSample.data()) as Float32Array, expected, { terms: 3 });
    const weights = randomArray([10], 3, 0, 2).data;
    const sum = expected.reduce((so, loss, i) => so + loss * weights[i]!, 0);
    expectClose(total as Float32Array, [sum / 7], { terms: 10, scale: sum });
    expect(() => categoricalHinge(x, engine().zeros([2]))).toThrow(ShapeError);
  });

  it("has the slope at a kink that is said: 0 of hinge at a margin of 1, delta of huber at delta", async () => {
    const slope = async (op: (x: Tensor, t: Tensor) => Tensor, x: number, t: number) => {
      const input = engine().tensor([x]);
      const { gradients: found } = gradients(engine(), () => op(input, engine().tensor([t])), [input]);
      return (await found[0]!.data())[0];
    };
    expect(await slope(hinge, 1, 1)).toBe(0);
    expect(await slope(hinge, 0.5, 1)).toBe(-1);
    expect(await slope(hinge, 0.5, 0)).toBe(1); // 0 counts as -1
    expect(await slope((x, t) => huber(x, t, { delta: 2 }), 3, 1)).toBe(2);
    expect(await slope((x, t) => huber(x, t, { delta: 2 }), 9, 1)).toBe(2);
    expect(() => huber(engine().zeros([1]), engine().zeros([1]), { delta: 0 })).toThrow(
      "huber: delta must be above 0",
    );
  });

  it("sums the divergence over the last axis and means it over the others", async () => {
    const [x, t] = [randomArray([2, 3, 4], 1, 0.05, 0.95), randomArray([2, 3, 4], 2, 0, 1)];
    const whole = await klDivergence(
      engine().tensor(x.data, x.shape),
      engine().tensor(t.data, t.shape),
    ).data();
    const each = Array.from(x.data, (p, i) => t.data[i]! * Math.log(t.data[i]! / p));
    expectClose(whole as Float32Array, [each.reduce((sum, value) => sum + value / 6, 0)], { terms: 12 });
  });

  it("keeps small and large errors of logCosh", async () => {
    const errors = [1e-4, 0.01, 0.2, 0.3, 5, 80];
    const x = engine().tensor(errors, [errors.length, 1]);
    const perSample = engine().zeros([errors.length]);
    logCosh(x, engine().zeros([errors.length, 1]), { perSample });
    const values = await perSample.data();
    for (const [i, e] of errors.entries()) {
      const exact = e < 0.05 ? e ** 2 / 2 - e ** 4 / 12 : Math.log(Math.cosh(e));
      expect(Math.abs(values[i]! / exact - 1), `${e}`).toBeLessThan(5e-6);
    }
  });

  it("clips probabilities as Keras does: 0 costs 16.118096, 1 costs 15.942385, without gradient", async () => {
    // Both numbers: test/golden/README.md, the float32 neighbours of 1e-7 and 1 - 1e-7.
    const x = engine().tensor([0, 1, 0, 1], [4, 1]);
    const t = engine().tensor([1, 0, 0, 1], [4, 1]);
    const perSample = engine().zeros([4]);
    const result = gradients(engine(), () => binaryCrossentropy(x, t, { perSample }), [x]);
    const values = await perSample.data();
    expectClose(values, [16.118096, 15.942385, 0, 0], { scale: 1 });
    // -log of the neighbour below 1: both right answers cost 1.19e-7 and 1e-7, not 0 and not 5e-7.
    expect(values[2]).toBeCloseTo(1e-7, 9);
    expect(values[3]).toBeCloseTo(2 ** -23, 9);
    expect([...(await result.gradients[0]!.data())]).toEqual([0, 0, 0, 0]);
  });

  it("keeps the binary cross-entropy of logits of +-1e4 finite", async () => {
    const x = array64([4, 1], [1e4, -1e4, 1e4, -1e4]);
    const t = array64([4, 1], [1, 0, 0, 1]);
    await checkLoss(
      engine(),
      { loss: binaryCrossentropyFromLogits, x, targets: t },
      array64([4], [0, 0, 1e4, 1e4]),
      () => array64([4, 1], [0, 0, 0.25, -0.25]),
    );
  });

  it("does not hide a NaN", async () => {
    const x = engine().tensor([Number.NaN, 0.5], [2, 1]);
    const t = engine().tensor([1, 1], [2, 1]);
    for (const name of names) expect((await rows[name].op(x, t).data())[0], name).toBeNaN();
  });

  it("adds up over micro-batches to the loss of the batch", async () => {
    const [x, t] = [randomArray([8, 3], 1), randomArray([8, 3], 2)];
    const part = (a: Array64, from: number) => engine().tensor(a.data.slice(from * 3, from * 3 + 12), [4, 3]);
    const halves = [0, 4].map((from) => meanSquaredError(part(x, from), part(t, from), { divisor: 8 }));
    const values = await Promise.all(halves.map(async (half) => (await half.data())[0]!));
    const whole = pointwiseReference("meanSquaredError", x, t).data.reduce(
      (sum, value) => sum + value / 8,
      0,
    );
    expectClose([values[0]! + values[1]!], [whole]);
  });

  it("gives the same bits eagerly and replayed, and can be planned", async () => {
    const x = engine().tensor(randomArray([5, 40], 1).data, [5, 40]);
    const t = engine().tensor(randomArray([5, 40], 2).data, [5, 40]);
    const step = () => gradients(engine(), () => meanAbsoluteError(x, t), [x]);
    expect(engine().plan(step).pipelines.length).toBeGreaterThanOrEqual(2); // loss and gradient
    const eager = step();
    const recording = engine().record(step);
    recording.replay();
    const replayed = recording.result;
    expect([...(await replayed.value.data())]).toEqual([...(await eager.value.data())]);
    expect([...(await replayed.gradients[0]!.data())]).toEqual([...(await eager.gradients[0]!.data())]);
    recording.dispose();
  });

  it("names shapes and options that do not fit", () => {
    const [x, t] = [engine().zeros([4, 3]), engine().zeros([3, 4])];
    expect(() => meanSquaredError(x, t)).toThrow(ShapeError);
    expect(() => meanSquaredError(x, t)).toThrow("prediction [4,3], target [3,4].");
    expect(() => meanSquaredError(x, x, { weights: engine().zeros([3]) })).toThrow(
      "meanSquaredError: weights must be [4] f32, one per sample, got [3] f32.",
    );
    expect(() => meanSquaredError(x, x, { divisor: 0 })).toThrow(ArgumentError);
  });
});

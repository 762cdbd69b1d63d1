import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gradients } from "../../../engine/autodiff/tape.ts";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import {
  batchNormGradientReference,
  batchNormReference,
  batchStatisticsReference,
} from "../../../kernels/batch-norm/batch-norm.reference.ts";
import { batchNorm, movingVarianceRules } from "../../../kernels/batch-norm/index.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { slice } from "../../../kernels/shape/index.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { checkReferenceGradient, expectMatchesReference } from "../../support/gradient.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";
import { asGpu } from "../as-gpu.ts";

const epsilon = 1e-3;
const cases = fc.record({
  outer: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 }),
  channels: fc.constantFrom(1, 2, 3, 4, 5, 8, 17),
  training: fc.boolean(),
  seed: fc.nat(1e6),
});

describe("batchNorm", () => {
  const engine = useEngine();

  const freshMoving = (channels: number) => ({
    movingMean: engine().zeros([channels]),
    movingVariance: engine().tensor(new Float32Array(channels).fill(1), [channels]),
  });

  async function expectMatches(x: Array64, training: boolean, seed: number) {
    const channels = x.shape.at(-1)!;
    const moving = {
      mean: randomArray([channels], seed + 1),
      variance: randomArray([channels], seed + 2, 0.1, 2),
    };
    const op = (input: Tensor, gamma: Tensor, beta: Tensor) => {
      const movingMean = engine().tensor(moving.mean.data, [channels]);
      const movingVariance = engine().tensor(moving.variance.data, [channels]);
      return batchNorm(input, { gamma, beta, movingMean, movingVariance }, { training });
    };
    const constants = training ? undefined : moving;
    const statistics = constants ?? batchStatisticsReference(x);
    // rounding errors of x (at most 2 off its mean) and of the sums grow by 1 / deviation
    const scale = 2 / Math.sqrt(Math.min(...statistics.variance.data) + epsilon) + 1;
    const summed = { scale, terms: x.data.length / channels };
    await expectMatchesReference(
      engine(),
      op,
      (a, gamma, beta) =>
        batchNormReference(a, gamma, beta, constants ?? batchStatisticsReference(a), epsilon),
      (dy, a, gamma) => batchNormGradientReference(dy, a, gamma, epsilon, constants),
      [x, randomArray([channels], seed + 3), randomArray([channels], seed + 4)],
      { forward: { scale }, gradients: [{ scale: scale * scale }, summed, summed] },
    );
  }

  it("matches the reference in training and inference on random shapes", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ outer, channels, training, seed }) => {
        await expectMatches(randomArray([...outer, channels], seed), training, seed);
      }),
      properties,
    );
  });

  it("merges many partial statistics, whatever the number of channels", async () => {
    for (const [rows, channels] of [
      [3001, 6],
      [5003, 1],
      [1999, 16],
    ] as const) {
      await expectMatches(randomArray([rows, channels], rows), true, 1);
    }
  });

  it("matches as on a GPU, with several loads on their way, at the edges of what they reach", async () => {
    for (const [rows, channels] of [
      [4001, 5],
      [1, 3],
      [2, 2],
      [33, 4],
      [127, 32], // a vec4 for each of 1,016 invocations would be less than each has
      [4095, 8],
      [9000, 1],
    ] as const) {
      await asGpu(engine(), () => expectMatches(randomArray([rows, channels], rows), true, 1));
    }
  });

  it("does not lose the variance beside a large mean", async () => {
    const x = randomArray([2500, 4], 8, 999, 1001); // E[x^2] - E[x]^2 in float32 would be off by 20 %
    const ones = engine().tensor([1, 1, 1, 1]);
    const state = { gamma: ones, beta: engine().zeros([4]), ...freshMoving(4) };
    const y = batchNorm(engine().tensor(x.data, x.shape), state, { training: true });
    const statistics = batchStatisticsReference(x);
    const unit = array64([4], [1, 1, 1, 1]);
    const expected = batchNormReference(x, unit, array64([4]), statistics, epsilon);
    // the mean itself, rounded to float32, may be off by 2^-24 * 1000, and a few times that after merging
    expectClose(await y.data(), expected.data, { scale: 1000 });
  });

  it("has a reference whose gradient agrees with central differences", () => {
    const inputs = [randomArray([2, 3, 4], 1), randomArray([4], 2), randomArray([4], 3)];
    for (const constants of [undefined, batchStatisticsReference(randomArray([5, 4], 9))]) {
      checkReferenceGradient(
        (x, gamma, beta) =>
          batchNormReference(x!, gamma!, beta!, constants ?? batchStatisticsReference(x!), epsilon),
        (dy, x, gamma) => batchNormGradientReference(dy, x!, gamma!, epsilon, constants),
        inputs,
      );
    }
  });

  it("updates the moving statistics by each of the historical rules", async () => {
    const x = randomArray([6, 3], 4);
    const { mean, variance } = batchStatisticsReference(x);
    // divisors of the sum of squares of n = 6 rows
    const divisors = { biased: 6, unbiased: 5, keras2: 6 - 1 - 0.001 };
    for (const rule of ["biased", "unbiased", "keras2"] as const) {
      expect(Object.keys(movingVarianceRules)).toContain(rule);
      const moving = freshMoving(3);
      const state = { gamma: engine().zeros([3]), beta: engine().zeros([3]), ...moving };
      const options = { training: true, momentum: 0.75, movingVarianceRule: rule };
      batchNorm(engine().tensor(x.data, x.shape), state, options);
      const expectedMean = mean.data.map((value) => 0.25 * value);
      const factor = 6 / divisors[rule];
      const expectedVariance = variance.data.map((value) => 0.75 + 0.25 * value * factor);
      expectClose(await moving.movingMean.data(), expectedMean, { scale: 1 });
      expectClose(await moving.movingVariance.data(), expectedVariance, { scale: 1 });
    }
  });

  it("leaves the moving statistics alone in inference", async () => {
    const moving = freshMoving(2);
    const state = { gamma: engine().zeros([2]), beta: engine().zeros([2]), ...moving };
    batchNorm(engine().tensor([1, 2, 3, 4], [2, 2]), state, { training: false });
    expect([...(await moving.movingMean.data())]).toEqual([0, 0]);
    expect([...(await moving.movingVariance.data())]).toEqual([1, 1]);
  });

  it("takes parameters and gradients that are views of flat buffers", async () => {
    const x = engine().tensor(randomArray([5, 2], 1).data, [5, 2]);
    const flat = engine().tensor(randomArray([256], 2).data, [256]);
    const flatGradient = engine().zeros([128]);
    const [gamma, beta] = [flat.slice(0, [2]), flat.slice(64, [2])];
    const moving = { movingMean: flat.slice(128, [2]), movingVariance: engine().zeros([2]) };
    const into = [flatGradient.slice(0, [2]), flatGradient.slice(64, [2])];
    const body = () => {
      const y = batchNorm(x, { gamma, beta, ...moving }, { training: false });
      return slice(y, [3, 1], [1, 1]);
    };
    gradients(engine(), body, [gamma, beta], { into });
    const dbeta = await into[1]!.data();
    expect([...dbeta]).toEqual([0, 1]);
  });

  it("explains wrong arguments", () => {
    const x = engine().zeros([2, 3]);
    const good = { gamma: engine().zeros([3]), beta: engine().zeros([3]), ...freshMoving(3) };
    const training = { training: true };
    expect(() => batchNorm(x, { ...good, beta: engine().zeros([2]) }, training)).toThrow(
      "batchNorm: beta must be [3], one per entry of the last axis, got [2]. x [2,3].",
    );
    expect(() => batchNorm(engine().zeros([3]), good, training)).toThrow(ShapeError);
    expect(() => batchNorm(x, good, { ...training, momentum: 2 })).toThrow(ArgumentError);
    expect(() => batchNorm(x, good, { ...training, epsilon: Number.NaN })).toThrow(ArgumentError);
    const rule = "sample" as "biased";
    expect(() => batchNorm(x, good, { ...training, movingVarianceRule: rule })).toThrow(ArgumentError);
  });
});

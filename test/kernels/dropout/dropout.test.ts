import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gradients } from "../../../engine/autodiff/tape.ts";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import { elementNormal, uniform } from "../../../engine/random.ts";
import { dropoutReference, gaussianNoiseReference } from "../../../kernels/dropout/dropout.reference.ts";
import { applyDropoutMask, dropout, gaussianNoise } from "../../../kernels/dropout/index.ts";
import { array64 } from "../../../kernels/reference.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { expectMatchesReference } from "../../support/gradient.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";

const word = fc.nat(0xffffffff);
const counters = fc.record({ seed: word, stream: fc.constantFrom(0, 3), step: word });
const shapes = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 9 }));

describe("dropout", () => {
  const engine = useEngine();

  it("draws the mask that its twin predicts, forward and backward, in any micro-batch", async () => {
    const rates = fc.constantFrom(0.25, 0.5, 0.9);
    await fc.assert(
      fc.asyncProperty(counters, shapes, rates, fc.nat(20), async (counter, shape, rate, sample) => {
        engine().step.set({ seed: counter.seed, step: counter.step, sample });
        const first = sample * shape[1];
        await expectMatchesReference(
          engine(),
          (x) => dropout(x, { rate, stream: counter.stream }),
          (x) => dropoutReference(x, rate, counter, first),
          (dy) => [dropoutReference(dy, rate, counter, first)],
          [randomArray(shape, 1)],
        );
      }),
      properties,
    );
  });

  it("draws the numbers of its elements wherever these begin within a block of four", async () => {
    const [rate, counter, width] = [0.5, { seed: 3, stream: 1, step: 5 }, 33];
    for (const sample of [0, 1, 2, 3]) {
      engine().step.set({ seed: counter.seed, step: counter.step, sample });
      const x = array64([1, width], new Float64Array(width).fill(1));
      const y = await dropout(engine().tensor(x.data, [1, width]), { rate, stream: counter.stream }).data();
      expect([...y]).toEqual([...dropoutReference(x, rate, counter, sample * width).data]);
    }
  });

  it("keeps 1 - rate of the elements, other ones in other steps and streams", async () => {
    const x = engine().tensor(new Float32Array(40_000).fill(1), [40, 1000]);
    engine().step.set({ seed: 1, step: 0, sample: 0 });
    const masks = [dropout(x, { rate: 0.3, stream: 0 }), dropout(x, { rate: 0.3, stream: 1 })];
    engine().step.set({ step: 1 });
    masks.push(dropout(x, { rate: 0.3, stream: 0 }));
    const [a, b, c] = await Promise.all(masks.map(async (mask) => [...(await mask.data())]));
    const part = (test: (i: number) => boolean) => a!.filter((_, i) => test(i)).length / a!.length;
    // five standard deviations of a mean of 40,000 draws: 5 * sqrt(.7 * .3 / 40000) = 0.0115
    expect(Math.abs(part((i) => a![i]! > 0) - 0.7)).toBeLessThan(0.0115);
    // independent masks agree in .7^2 + .3^2 = 0.58 of the elements; 5 * sqrt(.58 * .42 / 40000) = 0.0124
    expect(Math.abs(part((i) => a![i] === b![i]) - 0.58)).toBeLessThan(0.0124);
    expect(Math.abs(part((i) => a![i] === c![i]) - 0.58)).toBeLessThan(0.0124);
  });

  it("draws new masks when a recorded step is replayed", async () => {
    const x = engine().keep(engine().tensor([1, 2, 3, 4, 5, 6, 7, 8], [2, 4]));
    engine().step.set({ seed: 5, step: 0, sample: 0 });
    const recording = engine().record(() => {
      const y = dropout(x, { rate: 0.5, stream: 2 });
      engine().step.advance(2, true, 2);
      return y;
    });
    recording.replay();
    const values = array64([2, 4], [1, 2, 3, 4, 5, 6, 7, 8]);
    const expected = dropoutReference(values, 0.5, { seed: 5, stream: 2, step: 1 });
    expect([...(await recording.result.data())]).toEqual([...expected.data]);
    recording.dispose();
    x.dispose();
  });

  it("multiplies with a given mask", async () => {
    const mask = randomArray([3, 5], 4);
    mask.data.forEach((value, i) => {
      mask.data[i] = value > 0 ? 1 : 0;
    });
    const masked = (x: typeof mask) =>
      array64(
        x.shape,
        x.data.map((value, i) => (value * mask.data[i]!) / 0.75),
      );
    await expectMatchesReference(
      engine(),
      (x) => applyDropoutMask(x, engine().tensor(mask.data, mask.shape), 0.25),
      masked,
      (dy) => [masked(dy)],
      [randomArray([3, 5], 5)],
    );
  });

  it("is the identity at rate 0, and refuses rates that leave nothing", () => {
    const x = engine().zeros([2, 2]);
    expect(dropout(x, { rate: 0, stream: 0 })).toBe(x);
    expect(() => dropout(x, { rate: 1, stream: 0 })).toThrow(
      "dropout: rate must be at least 0 and below 1, got 1.",
    );
    expect(() => dropout(x, { rate: 0.5, stream: -1 })).toThrow(ArgumentError);
    expect(() => applyDropoutMask(x, engine().zeros([4]), 0.5)).toThrow(ShapeError);
  });
});

describe("gaussianNoise", () => {
  const engine = useEngine();

  it("adds the numbers that its twin predicts and passes the gradient on", async () => {
    await fc.assert(
      fc.asyncProperty(counters, shapes, fc.nat(20), async (counter, shape, sample) => {
        engine().step.set({ seed: counter.seed, step: counter.step, sample });
        const values = randomArray(shape, 1);
        const x = engine().tensor(values.data, shape);
        const y = gaussianNoise(x, { stddev: 0.5, stream: counter.stream });
        const expected = gaussianNoiseReference(values, 0.5, counter, sample * shape[1]);
        // WGSL grants sin and cos an absolute error of 2^-11; the radius is at most sqrt(2 * 24 * ln 2) = 5.8
        expectClose(await y.data(), expected.data, { scale: 0.5 * 5.8 * 2 ** 12, ulps: 1 });
      }),
      properties,
    );
  });

  it("passes the gradient on unchanged", async () => {
    const x = engine().tensor([3], [1]);
    const noisy = () => gaussianNoise(x, { stddev: 1, stream: 0 });
    const { gradients: found } = gradients(engine(), noisy, [x]);
    expect([...(await found[0]!.data())]).toEqual([1]);
    expect(() => gaussianNoise(x, { stddev: -1, stream: 0 })).toThrow(ArgumentError);
  });
});

describe("the TypeScript twins", () => {
  it("map bits to [0, 1) and pairs of them to standard normal numbers", () => {
    expect(uniform(0)).toBe(0);
    expect(uniform(0xffffffff)).toBe(1 - 2 ** -24);
    const count = 20_000;
    const numbers = Array.from({ length: count }, (_, i) =>
      elementNormal(i, { seed: 9, stream: 1, step: 2 }),
    );
    const mean = numbers.reduce((sum, n) => sum + n, 0) / count;
    const variance = numbers.reduce((sum, n) => sum + n * n, 0) / count;
    // five standard deviations: of a mean 5 / sqrt(n) = 0.035, of a mean square 5 * sqrt(2 / n) = 0.05
    expect(Math.abs(mean)).toBeLessThan(0.035);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ImageSet } from "../../datasets/formats/image-set.ts";
import {
  describeSplit,
  randomSubset,
  type Split,
  type SplitRule,
  splitByRule,
  takeImages,
} from "../../datasets/splits.ts";
import { ArgumentError } from "../../engine/errors.ts";
import { properties } from "../support/properties.ts";

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

const lastFraction = (count: number, fraction: number) =>
  splitByRule(count, { take: "last", size: { fraction } });
const firstFraction = (count: number, fraction: number) =>
  splitByRule(count, { take: "first", size: { fraction } });
const randomFraction = (count: number, fraction: number, seed: number) =>
  splitByRule(count, { take: "random", size: { fraction }, seed });

function expectPartition({ train, validation }: Split, count: number): void {
  const all = [...train, ...validation].sort((a, b) => a - b);
  expect(all).toEqual(Array.from({ length: count }, (_, i) => i));
}

describe("the last images", () => {
  // Python 3.11: int(n * (1. - f)), the rule of Keras 2's Model.fit.
  it.each([
    [50000, 0.1, 45000],
    [12500, 0.1, 11250],
    [73257, 0.1, 65931],
    [10, 0.3, 7],
    [10, 0.7, 3],
    [100, 0.29, 71],
    [1000, 0.004, 996],
    [7, 0.5, 3],
  ])("%d images, fraction %d: %d to train on", (count, fraction, kept) => {
    const split = lastFraction(count, fraction);
    expect(split.train.length).toBe(kept);
    expect(split.train.at(-1)).toBe(kept - 1);
    expect(split.validation[0]).toBe(kept);
    expectPartition(split, count);
  });

  it.each([0, 1, -0.1, 1.5, Number.NaN])("refuses a fraction of %d", (fraction) => {
    expect(() => lastFraction(10, fraction)).toThrow(ArgumentError);
  });

  it("refuses a fraction that leaves a part empty", () => {
    // 10 * (1 - 0.95) is 0.5000000000000004: no image to train on.
    expect(() => lastFraction(10, 0.95)).toThrow("a fraction of 0.95 of 10 images leaves one part empty");
  });
});

describe("the first images", () => {
  // Python 3.11: int(n * f), the rule of Keras 2's ImageDataGenerator.
  it.each([
    [12500, 0.1, 1250],
    [50000, 0.1, 5000],
    [10, 0.7, 7],
    [100, 0.29, 28],
  ])("%d images, fraction %d: the first %d to validate", (count, fraction, held) => {
    const split = firstFraction(count, fraction);
    expect(split.validation.length).toBe(held);
    expect(split.validation.at(-1)).toBe(held - 1);
    expect(split.train[0]).toBe(held);
    expectPartition(split, count);
  });

  it("refuses a fraction that leaves a part empty", () => {
    for (const fraction of [0, 0.05, 1, Number.NaN])
      expect(() => firstFraction(10, fraction)).toThrow("leaves one part empty");
  });
});

describe("splitByRule", () => {
  it("takes the last or the first 5,000 of MNIST: both conventions of the sources", () => {
    const last: SplitRule = { take: "last", size: { images: 5000 } };
    const { train, validation } = splitByRule(60000, last);
    expect([train.length, train[0], train.at(-1)]).toEqual([55000, 0, 54999]);
    expect([validation.length, validation[0], validation.at(-1)]).toEqual([5000, 55000, 59999]);
    expect(describeSplit(60000, last)).toBe("the last 5,000 of 60,000 training images");
    const first: SplitRule = { take: "first", size: { images: 5000 } };
    const other = splitByRule(60000, first);
    expect([other.train.length, other.train[0], other.train.at(-1)]).toEqual([55000, 5000, 59999]);
    expect([other.validation[0], other.validation.at(-1)]).toEqual([0, 4999]);
    expect(describeSplit(60000, first)).toBe("the first 5,000 of 60,000 training images");
  });

  it("gives the same parts from the rule as it is recorded", () => {
    const rule: SplitRule = { take: "random", size: { images: 7 }, seed: 3 };
    const split = splitByRule(50, rule);
    expect(split.validation.length).toBe(7);
    expectPartition(split, 50);
    expect(splitByRule(50, JSON.parse(JSON.stringify(rule)) as SplitRule)).toEqual(split);
    expect(splitByRule(50, { ...rule, seed: 4 })).not.toEqual(split);
    expect(describeSplit(50, rule)).toBe("7 of 50 training images drawn with seed 3");
  });

  it.each([0, 10, 11, -1, 2.5, Number.NaN])("refuses %d images of 10", (images) => {
    for (const take of ["first", "last"] as const)
      expect(() => splitByRule(10, { take, size: { images } })).toThrow(ArgumentError);
  });
});

describe("random images", () => {
  it("is a partition of the sizes of Keras's rule, the same for the same seed", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 500 }),
        fc.double({ min: 0.26, max: 0.74, noNaN: true }),
        seeds,
        (count, part, seed) => {
          const split = randomFraction(count, part, seed);
          expect(split.train.length).toBe(Math.floor(count * (1 - part)));
          expectPartition(split, count);
          expect(randomFraction(count, part, seed)).toEqual(split);
        },
      ),
      properties,
    );
  });

  it("draws each image with the same probability", () => {
    const times = new Array<number>(20).fill(0);
    for (let seed = 0; seed < 2000; seed++)
      for (const i of randomFraction(20, 0.25, seed).validation) times[i]! += 1;
    // Binomial(2000, 1/4): mean 500, standard deviation 19.4; five of them either way.
    for (const count of times) expect(Math.abs(count - 500)).toBeLessThan(97);
  });
});

describe("randomSubset", () => {
  it("takes distinct images in ascending order, a small subset within a large one", () => {
    const sizes = fc.tuple(
      fc.integer({ min: 1, max: 400 }),
      fc.integer({ min: 1, max: 450 }),
      fc.integer({ min: 1, max: 450 }),
    );
    fc.assert(
      fc.property(sizes, seeds, ([count, a, b], seed) => {
        const [small, large] = [
          randomSubset(count, Math.min(a, b), seed),
          randomSubset(count, Math.max(a, b), seed),
        ];
        expect(small.length).toBe(Math.min(count, a, b));
        expect([...small].every((index, i) => index < count && (i === 0 || index > small[i - 1]!))).toBe(
          true,
        );
        const inLarge = new Set(large);
        expect([...small].every((index) => inLarge.has(index))).toBe(true);
      }),
      properties,
    );
  });

  it("differs from seed to seed", () => {
    expect(randomSubset(1000, 50, 1)).not.toEqual(randomSubset(1000, 50, 2));
  });

  it.each([0, -3, 2.5, Number.NaN])("refuses a limit of %d", (limit) => {
    expect(() => randomSubset(10, limit, 0)).toThrow(ArgumentError);
  });
});

describe("takeImages", () => {
  const set: ImageSet = {
    images: Uint8Array.from({ length: 3 * 2 * 1 * 2 }, (_, i) => i),
    labels: Uint8Array.of(7, 8, 9),
    count: 3,
    height: 2,
    width: 1,
    channels: 2,
  };

  it("copies images and labels in the order asked for", () => {
    const taken = takeImages(set, Uint32Array.of(2, 0, 2));
    expect(taken).toEqual({
      ...set,
      count: 3,
      images: Uint8Array.of(8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11),
      labels: Uint8Array.of(9, 7, 9),
    });
  });

  it("refuses an image that is not there", () => {
    expect(() => takeImages(set, Uint32Array.of(3))).toThrow("image 3 is asked for, the set has 3");
  });
});

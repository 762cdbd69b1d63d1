import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import { toCategorical, trainTestSplit } from "../../../models/index.ts";

const indices = (count: number) => Array.from({ length: count }, (_, i) => i);

describe("trainTestSplit", () => {
  it("rounds as scikit-learn does: test up, train down", () => {
    // sklearn 1.9: [len(p) for p in train_test_split(range(10), test_size=..., train_size=...)]
    const sizes = (options: object) => {
      const { yTrain, yTest } = trainTestSplit(indices(10), indices(10), options);
      return [yTrain.length, yTest.length];
    };
    expect(sizes({})).toEqual([7, 3]);
    expect(sizes({ testSize: 0.33 })).toEqual([6, 4]);
    expect(sizes({ trainSize: 0.33 })).toEqual([3, 7]);
    expect(sizes({ testSize: 2 })).toEqual([8, 2]);
    expect(sizes({ testSize: 0.2, trainSize: 0.5 })).toEqual([5, 2]);
  });

  it("gives each sample to one part at most, x and y alike, by the seed", () => {
    const check = (count: number, seed: number, each: number) => {
      const y = indices(count);
      const x = Float32Array.from({ length: count * each }, (_, i) => Math.floor(i / each));
      const parts = trainTestSplit(x, y, { seed, testSize: 0.4 });
      expect([...parts.yTrain, ...parts.yTest].sort((a, b) => a - b)).toEqual(y);
      expect([...parts.trainIndices]).toEqual(parts.yTrain);
      expect([...parts.xTest]).toEqual(parts.yTest.flatMap((sample) => Array(each).fill(sample)));
      expect(parts.xTrain).toBeInstanceOf(Float32Array);
      expect(trainTestSplit(x, y, { seed, testSize: 0.4 })).toEqual(parts);
    };
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.nat(1000), fc.integer({ min: 1, max: 3 }), check),
    );
    const [one, two] = [1, 2].map((seed) => trainTestSplit(indices(50), indices(50), { seed }).yTest);
    expect(one).not.toEqual(two);
    const ordered = trainTestSplit(indices(5), indices(5), { shuffle: false, testSize: 2 });
    expect([ordered.yTrain, ordered.yTest]).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
  });

  it("keeps the share of every class, to one sample", () => {
    const lists = fc.array(fc.nat(3), { minLength: 20, maxLength: 80 });
    const check = (given: number[], seed: number, share: number) => {
      const classes = [...given, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3];
      const count = classes.length;
      const { yTrain, yTest } = trainTestSplit(classes, classes, {
        seed,
        testSize: share,
        stratify: classes,
      });
      expect(yTest).toHaveLength(Math.ceil(count * share));
      expect(yTrain).toHaveLength(count - yTest.length);
      for (const label of new Set(classes)) {
        const exact = (classes.filter((each) => each === label).length * yTest.length) / count;
        const found = yTest.filter((each) => each === label).length;
        expect(Math.abs(found - exact)).toBeLessThan(1);
      }
    };
    fc.assert(fc.property(lists, fc.nat(100), fc.double({ min: 0.2, max: 0.8, noNaN: true }), check));
    const words = ["a", "b", "a", "b"];
    const { xTrain } = trainTestSplit(words, words, { stratify: words, testSize: 2 });
    expect(xTrain.toSorted()).toEqual(["a", "b"]);
  });

  it("refuses what cannot be split", () => {
    const split = (options: object, x: unknown = indices(4), y: unknown = indices(4)) => {
      return () => trainTestSplit(x as number[], y as number[], options);
    };
    expect(split({ testSize: 4 })).toThrow(
      "trainTestSplit: 4 samples cannot be split into 0 to train and 4 to test.",
    );
    expect(split({ testSize: 1.5 })).toThrow(/testSize must be a share or a number of samples, got 1.5/);
    expect(split({ testsize: 0.5 })).toThrow(/no option testsize\. Did you mean testSize/);
    expect(split({ testSize: 2 }, indices(5))).toThrow(ShapeError);
    expect(split({}, "text")).toThrow(ArgumentError);
    expect(split({ stratify: [0, 0, 0, 1] })).toThrow(/the class 1 has one sample/);
    expect(split({ stratify: [0, 0] })).toThrow(/a class for each of 4 samples, got 2/);
    expect(split({ stratify: [0, 0, 1, 1], testSize: 1 })).toThrow(
      /2 classes do not fit into parts of 3 and 1/,
    );
    expect(split({ stratify: [0, 0, 1, 1], shuffle: false })).toThrow(/stratify needs shuffle/);
    expect(split({ seed: -1 })).toThrow(ArgumentError);
  });
});

describe("toCategorical", () => {
  it("makes one-hot rows of labels", () => {
    expect([...toCategorical([0, 2, 1])]).toEqual([1, 0, 0, 0, 0, 1, 0, 1, 0]);
    expect([...toCategorical(Uint8Array.of(1), 3)]).toEqual([0, 1, 0]);
    expect(toCategorical([])).toHaveLength(0);
  });

  it("refuses labels that are no class", () => {
    expect(() => toCategorical([2 ** 31])).toThrow(ArgumentError);
    expect(() => toCategorical([0, 3], 3)).toThrow(
      "toCategorical: labels must be whole numbers from 0 to 2, got 3.",
    );
    expect(() => toCategorical([-1])).toThrow(
      "toCategorical: labels must be whole numbers of 0 or more, got -1.",
    );
    expect(() => toCategorical([0.5])).toThrow(ArgumentError);
    expect(() => toCategorical([Number.NaN])).toThrow(ArgumentError);
    expect(() => toCategorical([0], 0)).toThrow(/classes must be a positive integer/);
    expect(() => toCategorical("012" as never)).toThrow(ArgumentError);
  });
});

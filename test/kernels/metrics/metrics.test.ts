import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import {
  absoluteError,
  binaryAccuracy,
  categoricalAccuracy,
  confusionUpdate,
  roundedAccuracy,
  sparseCategoricalAccuracy,
  squaredError,
  topKAccuracy,
} from "../../../kernels/metrics/index.ts";
import {
  elementMeansReference,
  elementReferences,
  largestIndex,
  topKReference,
} from "../../../kernels/metrics/metrics.reference.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { properties } from "../../support/properties.ts";
import { randomArray, randomStream } from "../../support/random.ts";

const elementMetrics = { squaredError, absoluteError, binaryAccuracy, roundedAccuracy } as const;

/** Scores on a coarse grid, so that equal ones occur, and labels. */
function classification(samples: number, classes: number, seed: number) {
  const next = randomStream(seed);
  const scores = Float32Array.from({ length: samples * classes }, () => Math.floor(4 * next()) / 4);
  const labels = Uint32Array.from({ length: samples }, () => Math.floor(classes * next()));
  const oneHot = new Float32Array(samples * classes);
  for (const [i, label] of labels.entries()) oneHot[i * classes + label] = 1;
  const rows = Array.from({ length: samples }, (_, i) => scores.subarray(i * classes, (i + 1) * classes));
  return { scores, labels, oneHot, rows };
}
const sizes = fc.record({
  samples: fc.integer({ min: 1, max: 130 }),
  classes: fc.constantFrom(1, 7),
  k: fc.constantFrom(1, 3),
  seed: fc.nat(1e6),
});

describe("metrics", () => {
  const engine = useEngine();

  it("find the true class first, or among the k best", async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async ({ samples, classes, k, seed }) => {
        const { scores, labels, oneHot, rows } = classification(samples, classes, seed);
        const predictions = engine().tensor(scores, [samples, classes]);
        const targets = engine().tensor(oneHot, [samples, classes]);
        const truth = engine().tensor(labels, [samples], "u32");
        const first = Float32Array.from(rows, (row, i) => (largestIndex(row) === labels[i] ? 1 : 0));
        expect(await categoricalAccuracy(predictions, targets).data()).toEqual(first);
        expect(await sparseCategoricalAccuracy(predictions, truth).data()).toEqual(first);
        const best = Float32Array.from(rows, (row, i) => topKReference(row, labels[i]!, k));
        expect(await topKAccuracy(predictions, targets, k).data()).toEqual(best);
        expect(await topKAccuracy(predictions, truth, k).data()).toEqual(best);
      }),
      properties,
    );
  });

  it("do not count NaN as right", async () => {
    const nan = engine().tensor(new Float32Array(2).fill(Number.NaN), [2, 1]);
    const labels = engine().zeros([2], "u32");
    expect(await sparseCategoricalAccuracy(nan, labels).data()).toEqual(Float32Array.of(0, 0));
    expect(await topKAccuracy(nan, labels).data()).toEqual(Float32Array.of(0, 0));
  });

  const names = Object.keys(elementReferences) as (keyof typeof elementReferences)[];
  it.each(names)("%s averages over the elements of each sample", async (name) => {
    const shapes = fc.tuple(fc.integer({ min: 1, max: 70 }), fc.constantFrom([], [3, 5], [200]));
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat(1e6), async ([samples, rest], seed) => {
        const shape = [samples, ...rest];
        const p = randomArray(shape, seed, 0, 1);
        const t = randomArray(shape, seed + 1, 0, 1);
        if (name === "binaryAccuracy")
          for (let i = 0; i < t.data.length; i += 2) t.data[i] = Math.round(t.data[i]!);
        const result = elementMetrics[name](engine().tensor(p.data, shape), engine().tensor(t.data, shape));
        const expected = elementMeansReference(name, p.data, t.data, samples);
        expectClose((await result.data()) as Float32Array, expected, { scale: 1, ulps: 4 });
      }),
      properties,
    );
  });

  it("round halves to even, as Keras does", async () => {
    const p = engine().tensor([0.5, 1.5, -0.5, 0.5000001], [4, 1]);
    const t = engine().tensor([0, 2, 0, 1], [4, 1]);
    expect(await binaryAccuracy(p, t).data()).toEqual(Float32Array.of(1, 1, 1, 1));
    const grey = engine().tensor([0.5, 1.6, 0.4, 0.4], [4, 1]);
    expect(await roundedAccuracy(p, grey).data()).toEqual(Float32Array.of(1, 1, 1, 0));
  });

  it("count a confusion matrix over several batches", async () => {
    const counts = engine().zeros([7, 7], "u32");
    const expected = new Uint32Array(49);
    for (const seed of [1, 2]) {
      const { scores, labels, oneHot, rows } = classification(100, 7, seed);
      const predictions = engine().tensor(scores, [100, 7]);
      const truth = seed === 1 ? engine().tensor(labels, [100], "u32") : engine().tensor(oneHot, [100, 7]);
      confusionUpdate(counts, predictions, truth);
      for (const [i, row] of rows.entries()) expected[labels[i]! * 7 + largestIndex(row)]!++;
    }
    expect(await counts.data()).toEqual(expected);
    const [other, truth] = [engine().tensor([6, 7], [2], "u32"), engine().tensor([0, 1], [2], "u32")];
    confusionUpdate(counts, other, truth); // class 7 does not exist
    expected[6]!++;
    expect(await counts.data()).toEqual(expected);
  });

  it("refuse shapes, dtypes and values that do not fit", () => {
    const [a, b, labels] = [engine().zeros([2, 3]), engine().zeros([3, 2]), engine().zeros([2], "u32")];
    expect(() => categoricalAccuracy(a, b)).toThrow(
      "categoricalAccuracy: predictions and targets are [n,...] f32 of one shape, got [2,3] f32 and [3,2] f32.",
    );
    expect(() => sparseCategoricalAccuracy(b, labels)).toThrow("labels are [3] u32, got [2] u32.");
    expect(() => sparseCategoricalAccuracy(a.view([2, 3, 1]), labels)).toThrow(
      "labels are [2,3] u32, got [2] u32.",
    );
    expect(() => sparseCategoricalAccuracy(labels, labels)).toThrow("predictions are [n,...,classes] f32");
    expect(() => topKAccuracy(a, labels, 0)).toThrow(ArgumentError);
    expect(() => squaredError(a, labels)).toThrow(ShapeError);
    expect(() => confusionUpdate(a, labels, labels)).toThrow(
      "counts are [classes,classes] u32, got [2,3] f32.",
    );
    const counts = engine().zeros([3, 3], "u32");
    expect(() => confusionUpdate(counts, b, labels)).toThrow(
      "predictions are [n] u32 or [n,3] f32, got [3,2] f32.",
    );
    expect(() => confusionUpdate(counts, a.view([2, 3]), engine().zeros([5], "u32"))).toThrow(
      "2 predictions and 5 targets",
    );
  });
});

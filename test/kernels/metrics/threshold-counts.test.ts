import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import { addThresholdCounts, logThresholdWeights, thresholdCells } from "../../../kernels/metrics/index.ts";
import { thresholdCountsReference } from "../../../kernels/metrics/metrics.reference.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { properties } from "../../support/properties.ts";

/** On and beside the thresholds, outside of them, and none at all. */
const predictions = fc.oneof(
  fc.integer({ min: 0, max: 1000 }).map((n) => Math.fround(n / 1000)),
  fc.constantFrom(0, 1, 0.5, 2 ** -149, 1 - 2 ** -24, -0.5, 1.5, Infinity, -Infinity, Number.NaN),
);

type Thresholds = Parameters<typeof thresholdCountsReference>[1];

const cases = fc.record({
  rows: fc.array(
    fc.array(fc.tuple(predictions, fc.constantFrom(0, 1, 0.25)), { minLength: 3, maxLength: 3 }),
    {
      minLength: 2,
      maxLength: 90,
    },
  ),
  thresholds: fc.oneof(
    fc.constantFrom<Thresholds>({ edges: [0.5] }, { edges: [0.123, 0.5, 0.51] }, { bins: 200 }, { bins: 2 }),
    fc.integer({ min: 2, max: 30 }).map((bins): Thresholds => ({ bins })),
  ),
  classId: fc.constantFrom(undefined, 0, 2),
  first: fc.nat(5),
});

describe("counts by threshold", () => {
  const engine = useEngine();
  const onGpu = (thresholds: Thresholds) =>
    "bins" in thresholds ? thresholds : { edges: engine().tensor(thresholds.edges) };
  const pairOf = (rows: readonly (readonly (readonly [number, number])[])[]) =>
    [0, 1].map((side) =>
      engine().tensor(
        rows.flat().map((pair) => pair[side]!),
        [rows.length, 3],
      ),
    );

  it("are those of the reference, added up over batches", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ rows, thresholds, classId, first }) => {
        const counts = engine().zeros([first + thresholdCells(onGpu(thresholds))], "u32");
        const half = Math.floor(rows.length / 2);
        for (const part of [rows.slice(0, half), rows.slice(half)]) {
          const [p, t] = pairOf(part);
          addThresholdCounts(counts, p!, t!, { thresholds: onGpu(thresholds), first, classId });
        }
        const expected = thresholdCountsReference(rows, thresholds, classId);
        expect([...(await counts.data())]).toEqual([...Array<number>(first).fill(0), ...expected]);
      }),
      properties,
    );
  });

  it("weigh what the reference does, in the row of their batch and from part to part", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ rows, thresholds, classId, first }) => {
        const weights = rows.map((_, i) => (i * 0.37) % 2);
        const cells = thresholdCells(onGpu(thresholds));
        const log = engine().zeros([2, first + cells + 1]);
        const { step } = engine();
        const half = Math.floor(rows.length / 2);
        for (const [from, to] of [
          [0, half],
          [half, rows.length],
        ] as const) {
          if (from === to) continue;
          step.set({ batch: 1, sample: from });
          const [p, t] = pairOf(rows.slice(from, to));
          const options = { thresholds: onGpu(thresholds), column: first, classId };
          logThresholdWeights(log, p!, t!, { ...options, weights: engine().tensor(weights.slice(from, to)) });
        }
        step.set({ batch: 0, sample: 0 });
        const expected = thresholdCountsReference(rows, thresholds, classId, weights);
        const values = (await log.data()) as Float32Array;
        expect([...values.subarray(0, first + cells + 1 + first)].every((value) => value === 0)).toBe(true);
        expectClose(values.subarray(2 * first + cells + 1, 2 * first + 2 * cells + 1), expected, {
          terms: 300,
        });
      }),
      properties,
    );
  });

  it("take a prediction at the threshold for one below it, as Keras does", async () => {
    const counts = engine().zeros([5], "u32");
    const p = engine().tensor([0.5, 0.5, 0.75], [3, 1]);
    const t = engine().tensor([0, 1, 1], [3, 1]);
    addThresholdCounts(counts, p, t, { thresholds: { edges: engine().tensor([0.5]) } });
    expect([...(await counts.data())]).toEqual([1, 0, 1, 1, 0]); // false below, false above, true below, true above, NaN
  });

  it("name what does not fit", () => {
    const [p, counts] = [engine().zeros([2, 3]), engine().zeros([5], "u32")];
    const thresholds = { edges: engine().tensor([0.5]) };
    expect(() => addThresholdCounts(counts, p, engine().zeros([2], "u32"), { thresholds })).toThrow(
      ShapeError,
    );
    expect(() => addThresholdCounts(counts, p, p, { thresholds, first: 1 })).toThrow(
      "counts are u32, 6 or more",
    );
    expect(() => addThresholdCounts(counts, p, p, { thresholds, classId: 3 })).toThrow(ArgumentError);
    const log = engine().zeros([1, 5]);
    const weights = engine().zeros([4]);
    expect(() => logThresholdWeights(log, p, p, { thresholds, column: 1 })).toThrow(
      "column must be a column of the log with 5 from it on, of 5, got 1.",
    );
    expect(() => logThresholdWeights(log, p, p, { thresholds, column: 0, weights })).toThrow(
      "weights are [n] f32",
    );
  });
});

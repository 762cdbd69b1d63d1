import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import { addThresholdCounts, type Thresholds, thresholdCells } from "../../../kernels/metrics/index.ts";
import { thresholdCountsReference } from "../../../kernels/metrics/metrics.reference.ts";
import { useEngine } from "../../support/engine.ts";
import { properties } from "../../support/properties.ts";

/** On and beside the thresholds, outside of them, and none at all. */
const predictions = fc.oneof(
  fc.integer({ min: 0, max: 1000 }).map((n) => Math.fround(n / 1000)),
  fc.constantFrom(0, 1, 0.5, 2 ** -149, 1 - 2 ** -24, -0.5, 1.5, Infinity, -Infinity, Number.NaN),
);

describe("counts by threshold", () => {
  const engine = useEngine();

  it("are those of the reference, added up over batches", async () => {
    const cases = fc.record({
      rows: fc.array(
        fc.array(fc.tuple(predictions, fc.constantFrom(0, 1, 0.25)), { minLength: 3, maxLength: 3 }),
        { minLength: 2, maxLength: 90 },
      ),
      thresholds: fc.oneof(
        fc.constantFrom<Thresholds>({ threshold: 0.5 }, { threshold: 0.123 }, { bins: 200 }, { bins: 2 }),
        fc.integer({ min: 2, max: 30 }).map((bins): Thresholds => ({ bins })),
      ),
      classId: fc.constantFrom(undefined, 0, 2),
      first: fc.nat(5),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ rows, thresholds, classId, first }) => {
        const counts = engine().zeros([first + thresholdCells(thresholds)], "u32");
        const half = Math.floor(rows.length / 2);
        for (const part of [rows.slice(0, half), rows.slice(half)]) {
          const [p, t] = [0, 1].map((side) =>
            engine().tensor(
              part.flat().map((pair) => pair[side]!),
              [part.length, 3],
            ),
          );
          addThresholdCounts(counts, p!, t!, { thresholds, first, classId });
        }
        const expected = thresholdCountsReference(rows, thresholds, classId);
        expect([...(await counts.data())]).toEqual([...Array<number>(first).fill(0), ...expected]);
      }),
      properties,
    );
  });

  it("take a prediction at the threshold for one below it, as Keras does", async () => {
    const counts = engine().zeros([5], "u32");
    const p = engine().tensor([0.5, 0.5, 0.75], [3, 1]);
    const t = engine().tensor([0, 1, 1], [3, 1]);
    addThresholdCounts(counts, p, t, { thresholds: { threshold: 0.5 } });
    expect([...(await counts.data())]).toEqual([1, 0, 1, 1, 0]); // false below, false above, true below, true above, NaN
  });

  it("name what does not fit", () => {
    const [p, counts] = [engine().zeros([2, 3]), engine().zeros([5], "u32")];
    const thresholds = { threshold: 0.5 };
    expect(() => addThresholdCounts(counts, p, engine().zeros([2], "u32"), { thresholds })).toThrow(
      ShapeError,
    );
    expect(() => addThresholdCounts(counts, p, p, { thresholds, first: 1 })).toThrow(
      "counts are u32, 6 or more",
    );
    expect(() => addThresholdCounts(counts, p, p, { thresholds, classId: 3 })).toThrow(ArgumentError);
  });
});

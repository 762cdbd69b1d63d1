/** @file What counts as slower, and that nothing disappears in silence. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkSameAdapter, compareRows, comparisonText, judge } from "../../bench/compare.ts";
import { UsageError } from "../../engine/errors.ts";
import { sampleResult, sampleRow } from "./sample-rows.ts";

describe("judge", () => {
  it.each([
    ["slower", [10, 9, 11], [14, 13, 15]],
    ["faster", [14, 13, 15], [10, 9, 11]],
    ["same", [10, 9, 13], [12, 11, 15]], // the new median lies in the old range
    ["same", [10, 9, 11], [13, 9.5, 15]], // the old median lies in the new range
    ["same", [10, 9.9, 10.1], [10.4, 10.3, 10.5]], // 4 %
  ] as const)("%s: %j, then %j", (verdict, before, after) => {
    expect(judge(sampleRow(before), sampleRow(after))).toBe(verdict);
  });

  it("says nothing with fewer than three runs on a side", () => {
    const [before, after] = [sampleRow([10, 9, 11]), sampleRow([99, 98, 100])];
    expect(judge(before, { ...after, runs: 2 })).toBe("too few runs");
    expect(judge({ ...before, runs: 2 }, after)).toBe("too few runs");
    expect(judge({ ...before, runs: 3 }, { ...after, runs: 3 })).toBe("slower");
  });

  it("turns around when the sides do", () => {
    const time = fc.double({ min: 0.1, max: 100, noNaN: true });
    const row = fc.tuple(time, time, time).map((times) => {
      const [min, median, max] = times.sort((a, b) => a - b);
      return sampleRow([median!, min!, max!]);
    });
    const turned = { slower: "faster", faster: "slower", same: "same", "too few runs": "too few runs" };
    fc.assert(
      fc.property(row, row, (a, b) => {
        expect(judge(b, a)).toBe(turned[judge(a, b)]);
        expect(judge(a, a)).toBe("same");
      }),
    );
  });
});

describe("compareRows", () => {
  const old = [
    sampleRow([10, 9, 11]),
    sampleRow([10, 9, 11], { batch: 100 }),
    sampleRow([10, 9, 11], { suite: "kernels", workload: "mm512", batch: 1, variant: "tiled" }),
  ];

  it("names what only one side has; another variant of a kernel is another row, another split of a step is not", () => {
    const now = [
      sampleRow([20, 19, 21], { variant: "2 micro-batches" }),
      sampleRow([10, 9, 11], { suite: "kernels", workload: "mm512", batch: 1, variant: "subgroup" }),
    ];
    const comparison = compareRows(old, now);
    expect(comparison.changes).toEqual([{ name: "steps mlp:25", verdict: "slower", before: 10, after: 20 }]);
    expect(comparison.missing).toEqual(["steps mlp:100", "kernels mm512:1 tiled"]);
    expect(comparison.added).toEqual(["kernels mm512:1 subgroup"]);
    const text = comparisonText(comparison).join("\n");
    for (const name of [...comparison.missing, ...comparison.added]) expect(text).toContain(name);
    expect(text).toMatch(/slower +steps mlp:25 +10\.00 -> 20\.00 ms \(\+100 %\)/);
    expect(text).toContain("Rule:");
  });
});

it("results of two adapters are not compared", () => {
  const [a, b] = [sampleResult([]), sampleResult([])];
  checkSameAdapter(a, b);
  const other = { ...b, adapter: { ...b.adapter, key: "other" } };
  expect(() => checkSameAdapter(a, other)).toThrow(UsageError);
});

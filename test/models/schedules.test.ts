import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../engine/errors.ts";
import { constantRate, cosine, halving, piecewise, timeDecay, warmup } from "../../models/schedules.ts";

const at = (schedule: (n: number) => number, ...times: number[]) => times.map(schedule);

describe("schedules", () => {
  it("compute their formulas", () => {
    expect(at(constantRate(0.1), 0, 99)).toEqual([0.1, 0.1]);
    expect(at(halving({ initial: 1, every: 10, floor: 0.2 }), 0, 9, 10, 19, 20, 30)).toEqual([
      1, 1, 0.5, 0.5, 0.25, 0.2,
    ]);
    expect(at(timeDecay({ initial: 1, decay: 0.5 }), 0, 2, 6)).toEqual([1, 0.5, 0.25]);
    const half = at(cosine({ initial: 3, length: 6, floor: 1 }), 0, 2, 3, 4, 6, 7);
    for (const [i, rate] of [3, 2.5, 2, 1.5, 1, 1].entries()) expect(half[i]).toBeCloseTo(rate, 12); // cos 60 = 1/2
    expect(at(piecewise([5, 7], [3, 2, 1]), 0, 4, 5, 6, 7, 100)).toEqual([3, 3, 2, 2, 1, 1]);
    expect(at(warmup(3, constantRate(4)), 0, 1, 2, 3, 4)).toEqual([1, 2, 3, 4, 4]);
    expect(warmup(5, timeDecay({ initial: 1, decay: 1 }))(6)).toBe(0.5); // the schedule after starts at 0
  });

  it("refuse rates and lengths that make no sense", () => {
    expect(() => constantRate(-1)).toThrow("constantRate: rate must be 0 or more, got -1.");
    expect(() => halving({ initial: Number.NaN, every: 1 })).toThrow(ArgumentError);
    expect(() => halving({ initial: 1, every: 0 })).toThrow("halving: every must be positive, got 0.");
    expect(() => cosine({ initial: 1, length: -1 })).toThrow(ArgumentError);
    expect(() => piecewise([1], [1])).toThrow("piecewise: 1 boundaries need 2 rates, got 1.");
    expect(() => piecewise([2, 2], [1, 1, 1])).toThrow("piecewise: boundaries must increase, got 2, 2.");
    expect(() => warmup(0, constantRate(1))).toThrow(ArgumentError);
  });
});

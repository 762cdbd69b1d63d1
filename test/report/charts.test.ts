import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { roundTicks, spreadApart, wholeTicks } from "../../report/axis.ts";
import { drawBars } from "../../report/bar-chart.ts";
import type { ConfusionSpec, LinesSpec } from "../../report/figure-spec.ts";
import { drawConfusion } from "../../report/heat-map.ts";
import { label } from "../../report/label.ts";
import { drawLines } from "../../report/line-chart.ts";
import { color, palette, withThemeColors } from "../../report/palette.ts";

describe("axes", () => {
  const range = fc
    .tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-3, max: 1e6, noNaN: true }))
    .map(([low, span]) => [low, low + span] as const);

  it("has round ticks that enclose the range, equally spaced, neither few nor many", () => {
    fc.assert(
      fc.property(range, ([low, high]) => {
        const ticks = roundTicks(low, high, 5);
        const step = ticks[1]! - ticks[0]!;
        const slack = 1e-6 * step;
        expect(ticks[0]!).toBeLessThanOrEqual(low + slack);
        expect(ticks.at(-1)!).toBeGreaterThanOrEqual(high - slack);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(7);
        for (const [i, tick] of ticks.entries()) expect(tick).toBeCloseTo(ticks[0]! + i * step, 3);
      }),
    );
  });

  it("has whole ticks from the first epoch on", () => {
    expect(wholeTicks(1, 6, 10)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(wholeTicks(1, 25, 10)).toEqual([1, 5, 10, 15, 20, 25]);
    expect(wholeTicks(1, 1, 10)).toEqual([1]);
  });

  it("keeps labels apart, in order, and inside where there is room", () => {
    const positions = fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { maxLength: 8 });
    fc.assert(
      fc.property(positions, (wanted) => {
        const got = spreadApart(wanted, 16, 0, 200);
        const sorted = [...got].sort((a, b) => a - b);
        for (let i = 1; i < sorted.length; i++) {
          expect(sorted[i]! - sorted[i - 1]!).toBeGreaterThanOrEqual(16 - 1e-9);
        }
        for (const [i, a] of wanted.entries()) {
          for (const [j, b] of wanted.entries()) if (a < b) expect(got[i]!).toBeLessThan(got[j]!);
          expect(got[i]!).toBeGreaterThanOrEqual(-1e-9);
          expect(got[i]!).toBeLessThanOrEqual(200);
        }
      }),
    );
  });
});

describe("drawLines", () => {
  const chart: LinesSpec = {
    kind: "lines",
    axes: { x: label("epoch"), y: label("error-percent") },
    percent: 1,
    series: [
      {
        name: label("training"),
        role: "training",
        points: [
          { x: 1, y: 40 },
          { x: 2, y: Number.NaN },
          { x: 3, y: 20 },
        ],
      },
    ],
  };

  it("labels the end of each curve, has a tooltip per finite point and starts at zero", async () => {
    const { svg } = await drawLines(chart, "en");
    expect(svg).toContain(">training 20.0\u00a0%</text>");
    expect(titles(svg)).toEqual(["training, epoch 1: 40.0\u00a0%", "training, epoch 3: 20.0\u00a0%"]);
    expect(svg).toContain(">0</text>");
    expect(svg).not.toContain("NaN");
  });

  it("takes points in any order: the label says and stands at the rightmost", async () => {
    const points = [...chart.series[0]!.points].reverse();
    const backwards = await drawLines({ ...chart, series: [{ ...chart.series[0]!, points }] }, "en");
    expect(backwards.svg).toBe((await drawLines(chart, "en")).svg);
  });

  it("draws a reference as a dashed line with its label", async () => {
    const without = await drawLines(chart, "en");
    const { svg } = await drawLines(
      { ...chart, percent: 2, reference: { name: label("published"), y: 5.72 } },
      "en",
    );
    expect(svg).toContain(">published 5.72\u00a0%</text>");
    expect(svg).toContain("stroke-dasharray");
    expect(without.svg).not.toContain("stroke-dasharray");
  });

  it("refuses a chart without points", async () => {
    await expect(drawLines({ ...chart, series: [] }, "en")).rejects.toThrow(
      "no finite point for a chart of error, %",
    );
  });
});

describe("drawBars", () => {
  it("writes the value at each bar: counts in full, fractions in three digits", async () => {
    const draw = (values: readonly number[]) =>
      drawBars(
        { kind: "bars", categories: ["a", "b"], series: [{ name: "training", role: "training", values }] },
        "en",
      );
    expect((await draw([73_257, 10])).svg).toContain(">73,257</text>");
    expect((await draw([18.923_456, 10])).svg).toContain(">18.9</text>");
    expect(titles((await draw([5, 4])).svg)).toEqual(["training, a: 5", "training, b: 4"]);
  });
});

describe("drawConfusion", () => {
  const counts = [
    [8, 2],
    [0, 5],
  ];
  const draw = (classes: readonly string[], counts: ConfusionSpec["counts"]) =>
    drawConfusion({ kind: "confusion", axes: { x: "x", y: "y" }, classes, counts }, "en");

  it("shows counts and row percentages, and says them in tooltips", () => {
    const { svg } = draw(["cat", "<dog>"], counts);
    expect(titles(svg)).toEqual([
      "true cat, predicted cat: 8 (80.0\u00a0% of cat)",
      "true cat, predicted &#60;dog&#62;: 2 (20.0\u00a0% of cat)",
      "true &#60;dog&#62;, predicted &#60;dog&#62;: 5 (100.0\u00a0% of &#60;dog&#62;)",
    ]);
    expect(svg).toContain(">20\u00a0%</text>");
    expect(svg).not.toContain("<dog>");
  });

  it("leaves out the text of cells where there are too many classes", () => {
    const many = Array.from({ length: 100 }, (_, i) =>
      Array.from({ length: 100 }, (_, j) => (i === j ? 777 : 0)),
    );
    const { svg } = draw(
      many.map((_, k) => `c${k}`),
      many,
    );
    expect(titles(svg)).toHaveLength(100);
    expect(svg).not.toContain(">777<");
  });
});

describe("palette", () => {
  it("uses each light colour once, so that every colour of a drawing has one role", () => {
    const lights = Object.values(palette).map(({ light }) => light);
    expect(new Set(lights).size).toBe(lights.length);
  });

  it("turns the colours of drawings into variables, and leaves none behind", async () => {
    const { svg } = drawConfusion(
      { kind: "confusion", axes: { x: "", y: "" }, classes: ["a"], counts: [[1]] },
      "en",
    );
    expect(withThemeColors(`<path fill="${color("test")}"/>`)).toBe('<path fill="var(--test)"/>');
    expect(withThemeColors(svg)).not.toMatch(/#[0-9a-f]{6}/);
  });
});

function titles(svg: string): string[] {
  return [...svg.matchAll(/<title>([^<]*)<\/title>/g)].map((match) => match[1]!);
}

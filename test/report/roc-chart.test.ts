import { describe, expect, it } from "vitest";
import { rocCurve } from "../../models/metrics/roc.ts";
import { label } from "../../report/label.ts";
import { drawRoc, inWindow, upperLeftCorner, wholeSquare } from "../../report/roc-chart.ts";

describe("the window of a ROC chart", () => {
  const steps = [
    { x: 0, y: 0 },
    { x: 0, y: 0.9 },
    { x: 0.5, y: 0.9 },
    { x: 1, y: 1 },
  ];

  it("keeps a curve whole that lies inside", () => {
    expect(inWindow(steps, wholeSquare)).toEqual(steps);
  });

  it("cuts it where it crosses the borders", () => {
    const cut = inWindow(steps, upperLeftCorner);
    expect(cut).toEqual([
      { x: 0, y: 0.8 },
      { x: 0, y: 0.9 },
      { x: 0.2, y: 0.9 },
    ]);
  });

  it("has nothing of a curve that passes by", () => {
    const diagonal = [
      { x: 0, y: 0 },
      { x: 1, y: 1 },
    ];
    expect(inWindow(diagonal, upperLeftCorner)).toEqual([]);
  });

  it("keeps lines along its borders", () => {
    const perfect = [
      { x: 0, y: 0 },
      { x: 0, y: 1 },
      { x: 1, y: 1 },
    ];
    const cut = inWindow(perfect, upperLeftCorner);
    expect(cut.at(0)).toEqual({ x: 0, y: 0.8 });
    expect(cut.at(-1)).toEqual({ x: 0.2, y: 1 });
  });
});

it("names every curve with its area", async () => {
  const curve = rocCurve([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1]); // 3 of the 4 pairs are in order
  const points = Array.from(curve.falsePositiveRate, (x, i) => ({ x, y: curve.truePositiveRate[i]! }));
  const axes = { x: label("false-positive-rate"), y: label("true-positive-rate") };
  const series = [{ name: "seven", role: "training", area: curve.auc, points }] as const;
  const { svg } = await drawRoc({ kind: "roc", axes, window: wholeSquare, series }, "en");
  expect(svg).toContain(">seven: 0.750</text>");
});

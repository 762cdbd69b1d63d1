import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rooflinePage } from "../../bench/report/page.ts";
import { overlap, placeLabels } from "../../bench/report/place-labels.ts";
import { roofline } from "../../bench/report/roofline.ts";
import { sampleResult, sampleRow } from "./sample-rows.ts";

const kernel = { suite: "kernels", batch: 1, dispatches: 1 } as const;
const rows = [
  sampleRow([10, 9, 11]),
  sampleRow([20, 19, 21], { batch: 100, gflops: 5 }),
  sampleRow([1, 1, 1], { ...kernel, workload: "mm512", variant: "naive", gflops: 1, gbytes_per_s: 0.01 }),
  sampleRow([1, 1, 1], { ...kernel, workload: "mm512", variant: "tiled", gflops: 20, gbytes_per_s: 0.2 }),
  sampleRow([1, 1, 1], { ...kernel, workload: "old row", variant: "", gflops: 0 }),
];

describe("roofline", () => {
  it("has a labelled point for every row with FLOPs, and the ceilings", async () => {
    const { svg } = await roofline(sampleResult(rows));
    for (const label of ["mlp:25", "mlp:100", "mm512 naive", "mm512 tiled"]) {
      expect(svg.split(`>${label}<`), label).toHaveLength(2);
      expect(svg, "its tooltip").toContain(`<title>${label}: `);
    }
    for (const ceiling of ["f32 40 GFLOP/s", "kernel bandwidth 4 GB/s", "buffer copies 10 GB/s"])
      expect(svg).toContain(ceiling);
    expect(svg).not.toContain("f16"); // this adapter has none
    expect(svg).not.toContain("old row");
    expect(svg).not.toContain("NaN");
  });

  it("the page lists all rows and says which are not drawn", async () => {
    const result = sampleResult(rows);
    const figure = { name: "r", title: "Roofline", drawing: await roofline(result) };
    const html = rooflinePage(result, figure);
    expect(html).toContain("does not say their FLOPs: old row");
    expect(html.split("<tr>")).toHaveLength(2 + rows.length);
  });

  it("needs something to draw", async () => {
    await expect(roofline(sampleResult([rows.at(-1)!]))).rejects.toThrow("nothing to draw");
  });
});

describe("placeLabels", () => {
  const plot = { width: 900, height: 560 };
  const point = fc.record({
    x: fc.integer({ min: 0, max: plot.width }),
    y: fc.integer({ min: 10, max: plot.height - 10 }),
    width: fc.integer({ min: 20, max: 160 }),
  });

  it("keeps labels of up to twelve points, wherever they are, apart and within the plot", () => {
    fc.assert(
      fc.property(fc.array(point, { maxLength: 12 }), (points) => {
        const places = placeLabels(points, plot, []);
        const boxes = places.map(({ x, y, align }, i) => {
          const { width } = points[i]!;
          return { left: align === "left" ? x : x - width, top: y - 6, width, height: 12 };
        });
        for (const [i, box] of boxes.entries()) {
          expect(box.left).toBeGreaterThanOrEqual(0);
          expect(box.left + box.width).toBeLessThanOrEqual(plot.width);
          expect(boxes.filter((other, k) => k !== i && overlap(box, other))).toEqual([]);
        }
      }),
    );
  });
});

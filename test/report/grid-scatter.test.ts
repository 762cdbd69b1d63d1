/** @file Rows of images and scatters by class, as the studies show them; axes of powers. */
import { PNG } from "pngjs";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../engine/errors.ts";
import { drawGrid } from "../../report/grid-figure.ts";
import { drawLines } from "../../report/line-chart.ts";
import type { ReportImages } from "../../report/run-report.ts";
import { drawScatter } from "../../report/scatter-figure.ts";
import { svgToPng } from "../../report/svg-to-png.ts";

/** `count` images of 2x2 pixels, each of one grey. */
const greys = (...values: number[]): ReportImages => ({
  images: Uint8Array.from(values.flatMap((value) => [value, value, value, value])),
  count: values.length,
  height: 2,
  width: 2,
  channels: 1,
});

describe("drawGrid", () => {
  it("puts the rows below one another, with their names and the columns' heads", async () => {
    const rows = [
      { label: "original", images: greys(10, 20, 30) },
      { label: "<copy>", images: greys(40, 50, 60) },
    ];
    const drawing = drawGrid({ kind: "grid", rows, columns: ["a", "b", "c"], gap: 2, scale: 3 }, "en");
    expect(drawing.svg).toContain(">original</text>");
    expect(drawing.svg).toContain("&#60;copy&#62;");
    expect(drawing.svg.match(/>[abc]<\/text>/g)).toEqual([">a</text>", ">b</text>", ">c</text>"]);
    const png = PNG.sync.read(Buffer.from(/base64,([^"]+)"/.exec(drawing.svg)![1]!, "base64"));
    // three images of 6 pixels and two gaps of 2; two rows and one gap
    expect([png.width, png.height]).toEqual([22, 14]);
    const grey = (x: number, y: number) => png.data[4 * (y * png.width + x)];
    const corners = [0, 8].flatMap((y) => [0, 8, 16].map((x) => [grey(x, y), grey(x + 5, y + 5)]));
    expect(corners).toEqual([10, 20, 30, 40, 50, 60].map((value) => [value, value]));
  });

  it("refuses rows that do not fit together, and none", () => {
    const grid = (...rows: ReportImages[]) =>
      drawGrid({ kind: "grid", rows: rows.map((images) => ({ label: "", images })) }, "en");
    expect(() => grid(greys(1, 2), greys(1, 2, 3))).toThrow(ShapeError);
    expect(() => grid(greys(1, 2), greys(1, 2, 3))).toThrow(/2x2x2x1, 3x2x2x1/);
    expect(() => grid()).toThrow(ArgumentError);
  });
});

describe("drawScatter", () => {
  const points = Float32Array.of(0, 0, 10, 0, 0, 5, 10, 5, 5, 2.5);
  const block = {
    kind: "scatter",
    axes: { x: "", y: "" },
    points,
    labels: [0, 1, 1, 2, 2],
    classes: ["x", "y", "z"],
  } as const;

  it("draws a dot per point in the colour of its class, up is up", async () => {
    const { svg } = drawScatter(block, "en");
    const paths = [...svg.matchAll(/<path d="((?:M[\d.]+ [\d.]+h\.01)+)" stroke="(#[0-9a-f]{6})"/g)];
    expect(paths.map(([, d]) => d!.split("M").length - 1)).toEqual([1, 2, 2]);
    expect(new Set(paths.map(([, , colour]) => colour)).size).toBe(3);
    const at = (path: number, dot: number) => paths[path]![1]!.split("M")[dot + 1]!.split(/[ h]/).map(Number);
    const [x00, y00] = at(0, 0) as [number, number];
    const [x10, y10] = at(1, 0) as [number, number];
    const [x05, y05] = at(1, 1) as [number, number];
    expect([x10 > x00, y10, x05, y05 < y00]).toEqual([true, y00, x00, true]);
    for (const name of block.classes) expect(svg.split(`>${name}</text>`), name).toHaveLength(3); // legend and label
  });

  it("colours the pixels of the PNG", async () => {
    const { svg, width } = drawScatter({ ...block, points: points.slice(0, 2), labels: [0] }, "en");
    const png = PNG.sync.read(Buffer.from(await svgToPng(svg)));
    const colours = new Set<string>();
    for (let i = 0; i < png.data.length; i += 4) colours.add(png.data.subarray(i, i + 3).toString("hex"));
    expect(png.width).toBeGreaterThanOrEqual(width);
    expect(colours.has("3b7dd8"), "the legend's first hue").toBe(true);
  });

  it("refuses what cannot be drawn", () => {
    expect(() => drawScatter({ ...block, labels: [0] }, "en")).toThrow(/10 coordinates for 1 labels/);
    expect(() => drawScatter({ ...block, points: points.with(3, Number.NaN) }, "en")).toThrow(/not finite/);
    const classes = Array.from({ length: 11 }, (_, i) => `${i}`);
    expect(() => drawScatter({ ...block, classes }, "en")).toThrow(/at most 10 classes, got 11/);
  });
});

describe("drawLines with xScale log", () => {
  it("puts equal ratios equally far apart, with a tick at every x", async () => {
    const points = [2, 4, 16].map((x) => ({ x, y: 0.025 }));
    const series = [{ name: "a", role: "test", points }] as const;
    const axes = { x: "d'", y: "error" };
    const { svg } = await drawLines({ kind: "lines", axes, xScale: "log", series }, "en");
    const places = [
      ...svg.matchAll(
        /<path transform="translate\(([\d.]+),[\d.]+\)"[^>]*><title>a, d&#39; |<path transform="translate\(([\d.]+),[\d.]+\)"[^>]*><title>a/g,
      ),
    ].map((m) => Number(m[1] ?? m[2]));
    expect(places).toHaveLength(3);
    expect((places[2]! - places[1]!) / (places[1]! - places[0]!)).toBeCloseTo(2, 5); // 4 to 16 is twice as far as 2 to 4
    for (const tick of ["2", "4", "16"]) expect(svg).toContain(`>${tick}</text>`);
  });

  it("writes ticks as they are: 0.025 is not 0.03", async () => {
    const points = [1, 2].map((x) => ({ x, y: x * 0.0508 }));
    const series = [{ name: "a", role: "test", points }] as const;
    const { svg } = await drawLines({ kind: "lines", axes: { x: "x", y: "y" }, series }, "en");
    expect(svg).toContain(">0.025</text>");
    expect(svg).not.toContain(">0.03</text>");
  });
});

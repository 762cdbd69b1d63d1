import fc from "fast-check";
import { PNG } from "pngjs";
import { describe, expect, it } from "vitest";
import { filterImages } from "../../report/filter-images.ts";
import { gatherImages, imageGridPng } from "../../report/image-grid.ts";
import { svgToPng } from "../../report/svg-to-png.ts";

const batch = fc
  .record({
    count: fc.integer({ min: 1, max: 7 }),
    height: fc.integer({ min: 1, max: 5 }),
    width: fc.integer({ min: 1, max: 5 }),
    channels: fc.constantFrom(1, 3),
    seed: fc.nat(255),
  })
  .map(({ seed, ...shape }) => {
    const size = shape.count * shape.height * shape.width * shape.channels;
    return { ...shape, images: Uint8Array.from({ length: size }, (_, i) => (seed + 37 * i) % 256) };
  });

describe("imageGridPng", () => {
  it("puts every pixel of every image where the grid says, enlarged; gaps are transparent", () => {
    const layout = fc.record({
      columns: fc.integer({ min: 1, max: 4 }),
      scale: fc.integer({ min: 1, max: 3 }),
      gap: fc.record({ x: fc.nat(2), y: fc.nat(2) }),
    });
    fc.assert(
      fc.property(batch, layout, (images, { columns, scale, gap }) => {
        const png = PNG.sync.read(imageGridPng(images, { columns, scale, gap }));
        const { count, height, width, channels } = images;
        let opaque = 0;
        for (let i = 3; i < png.data.length; i += 4) if (png.data[i] === 255) opaque++;
        expect(opaque).toBe(count * height * width * scale * scale);
        for (let n = 0; n < count; n++) {
          const left = (n % columns) * (width * scale + gap.x);
          const top = Math.floor(n / columns) * (height * scale + gap.y);
          for (let y = 0; y < height * scale; y++) {
            for (let x = 0; x < width * scale; x++) {
              const at = ((top + y) * png.width + left + x) * 4;
              const from = ((n * height + Math.floor(y / scale)) * width + Math.floor(x / scale)) * channels;
              const rgb = [0, 1, 2].map((c) => images.images[from + (channels === 3 ? c : 0)]);
              expect([...png.data.subarray(at, at + 3)]).toEqual(rgb);
            }
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it("refuses other channel counts and too few bytes", () => {
    const images = { images: new Uint8Array(8), count: 1, height: 2, width: 2, channels: 2 };
    expect(() => imageGridPng(images, { columns: 1 })).toThrow(
      "report: images need 1 (grey) or 3 (RGB) channels. images [1,2,2,2] (n,h,w,c).",
    );
    expect(() => imageGridPng({ ...images, channels: 3 }, { columns: 1 })).toThrow("do not fit 8 bytes");
  });
});

describe("gatherImages", () => {
  it("copies whole images in the order asked for", () => {
    const two = { images: Uint8Array.of(1, 2, 3, 4, 5, 6), count: 3, height: 1, width: 2, channels: 1 };
    expect([...gatherImages(two, [2, 0]).images]).toEqual([5, 6, 1, 2]);
  });
});

describe("filterImages", () => {
  it("sends zero to middle grey and the largest weight to the end of the scale", () => {
    // [1, 2, 1, 2]: filter 0 is (0, -2), filter 1 is (1, 2)
    const weights = Float32Array.of(0, 1, -2, 2);
    const { images, count } = filterImages({
      layer: "c",
      weights,
      height: 1,
      width: 2,
      channels: 1,
      filters: 2,
    });
    expect(count).toBe(2);
    expect([...images]).toEqual([128, 0, 191, 255]);
  });

  it("refuses filters that are not images", () => {
    const shape = { layer: "c", height: 1, width: 1, channels: 16, filters: 1 };
    expect(() => filterImages({ ...shape, weights: new Float32Array(16) })).toThrow("these have 16");
  });
});

describe("svgToPng", () => {
  it("draws text with the font it brings along, whatever family is asked for", async () => {
    const svg = (text: string) =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="30"><text x="5" y="20" font-family="No Such Font, sans-serif">${text}</text></svg>`;
    const inked = async (text: string) => {
      const { data, width, height } = PNG.sync.read(await svgToPng(svg(text)));
      expect([width, height]).toEqual([240, 60]);
      return data.filter((value, i) => i % 4 === 3 && value > 128).length;
    };
    expect(await inked("")).toBe(0);
    const one = await inked("error");
    expect(one).toBeGreaterThan(100);
    expect(await inked("error error")).toBeGreaterThan(1.8 * one);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { drawnTransform, transformReference } from "../../../kernels/augment/augment.reference.ts";
import {
  type AugmentOptions,
  augmentImages,
  type FillMode,
  transformImages,
} from "../../../kernels/augment/index.ts";
import { centreOf, drawRanges } from "../../../kernels/augment/options.ts";
import type { ImageTransform } from "../../../kernels/augment/transform.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";

const fillModes = ["nearest", "constant", "reflect", "wrap"] as const;

/** Image i of a batch. */
function imageOf(batch: Array64, i: number): Array64 {
  const size = batch.data.length / batch.shape[0]!;
  return array64(batch.shape.slice(1), batch.data.slice(i * size, (i + 1) * size));
}

/** Each image of the batch by its transformation. */
function transformed(
  batch: Array64,
  transforms: readonly ImageTransform[],
  options: AugmentOptions,
): number[] {
  const [, height, width] = batch.shape as [number, number, number];
  const sampling = {
    fillMode: options.fillMode ?? "nearest",
    fillValue: options.fillValue ?? 0,
    bilinear: options.interpolation !== "nearest",
    centre: centreOf(options, height, width),
  };
  return transforms.flatMap((transform, i) => [
    ...transformReference(imageOf(batch, i), transform, sampling).data,
  ]);
}

/** An image whose neighbours differ little: a place off by a rounding changes its value by a rounding. */
function smoothImages(shape: readonly [number, number, number, number], seed: number): Array64 {
  const [, height, width, channels] = shape;
  const noise = randomArray(shape, seed, -0.1, 0.1);
  return array64(
    shape,
    noise.data.map((value, at) => {
      const [row, column] = [Math.floor(at / (width * channels)) % height, Math.floor(at / channels) % width];
      return Math.fround(value + Math.sin(row / 3) + Math.cos(column / 4));
    }),
  );
}

const degrees = fc.double({ min: -180, max: 180, noNaN: true });
const pixels = fc.double({ min: -30, max: 30, noNaN: true }); // up to several times the image
const zooms = fc.double({ min: 0.3, max: 3, noNaN: true });
const transforms = fc.record({
  theta: degrees,
  tx: pixels,
  ty: pixels,
  shear: fc.double({ min: -60, max: 60, noNaN: true }),
  zx: zooms,
  zy: zooms,
  channelShift: fc.constantFrom(0, 0.3, -0.5),
  flipHorizontal: fc.boolean(),
  flipVertical: fc.boolean(),
});
const shapes = fc.constantFrom<readonly [number, number, number, number]>(
  [2, 7, 5, 3],
  [3, 4, 4, 4],
  [1, 1, 6, 1],
);

describe("transformImages", () => {
  const engine = useEngine();

  it("matches the reference for any transformation and fill mode, bilinear", async () => {
    const cases = fc.record({
      shape: shapes,
      drawn: fc.array(transforms, { minLength: 3, maxLength: 3 }),
      fillMode: fc.constantFrom<FillMode>("nearest", "reflect"), // continuous: no border decides by a rounding
      centre: fc.constantFrom<"keras" | "exact">("keras", "exact"),
      seed: fc.nat(1e6),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, drawn, seed, ...options }) => {
        const x = smoothImages(shape, seed);
        const given = drawn.slice(0, shape[0]);
        const y = transformImages(engine().tensor(x.data, shape), given, options);
        // places are sums of terms up to 30 + 3 * 10, and a value changes by at most 1 from pixel to pixel
        expectClose(await y.data(), transformed(x, given, options), { scale: 60 });
      }),
      properties,
    );
  });

  it.each(
    fillModes,
  )("moves by whole pixels exactly, filled up with %s, either interpolation", async (fillMode) => {
    const x = randomArray([1, 5, 4, 2], 3);
    const options = { fillMode, fillValue: 7 };
    for (const interpolation of ["bilinear", "nearest"] as const) {
      for (const [tx, ty] of [
        [2, -1],
        [-11, 9],
        [0, 4],
        [-5, 0],
      ] as const) {
        const given = [{ tx, ty }];
        const y = transformImages(engine().tensor(x.data, x.shape), given, { ...options, interpolation });
        expect([...(await y.data())]).toEqual(transformed(x, given, { ...options, interpolation }));
      }
    }
  });

  it("fills as scipy.ndimage.shift of 1, 2, 3, 4 does", async () => {
    // worked out by hand from ni_interpolation.c: the wrap of scipy has the period size - 1
    const expected: Record<FillMode, number[]> = {
      nearest: [1, 1, 1, 2],
      constant: [9, 9, 1, 2],
      reflect: [2, 1, 1, 2],
      wrap: [2, 3, 1, 2],
    };
    const x = engine().tensor([1, 2, 3, 4], [1, 1, 4, 1]);
    for (const fillMode of fillModes) {
      const y = transformImages(x, [{ ty: -2 }], { fillMode, fillValue: 9 });
      expect([...(await y.data())]).toEqual(expected[fillMode]);
    }
  });

  it("mirrors exactly, and twice is nothing", async () => {
    const x = randomArray([2, 3, 4, 2], 6);
    const flip = (tensor: Tensor) =>
      transformImages(tensor, [{ flipHorizontal: true }, { flipVertical: true }], { fillMode: "constant" });
    const once = flip(engine().tensor(x.data, x.shape));
    expect([...(await once.data())]).toEqual(
      transformed(x, [{ flipHorizontal: true }, { flipVertical: true }], {}),
    );
    expect([...(await flip(once).data())]).toEqual([...x.data]);
  });

  it("explains what does not fit", () => {
    const x = engine().zeros([2, 3, 3, 1]);
    expect(() => transformImages(x, [{}])).toThrow(
      "transformImages: 1 transformations for 2 images. x [2,3,3,1] (n,h,w,c).",
    );
    expect(() => transformImages(engine().zeros([2, 3]), [{}, {}])).toThrow(ShapeError);
    expect(() => transformImages(x, [{}, {}], { fillMode: "mirror" as FillMode })).toThrow(
      'augment: fillMode must be one of nearest, constant, reflect, wrap, got "mirror".',
    );
    expect(() => transformImages(x, [{}, {}], { interpolation: "biliner" } as never)).toThrow(
      'augment: interpolation must be one of bilinear, nearest, got "biliner". Did you mean bilinear?',
    );
    expect(() => transformImages(x, [{}, {}], { centre: "middle" } as never)).toThrow(
      'augment: centre must be one of keras, exact, got "middle".',
    );
    expect(() => transformImages(x, [{}, { angle: 3 } as never])).toThrow(
      "transformImages: there is no option angle.",
    );
  });
});

describe("augmentImages", () => {
  const engine = useEngine();
  const shape = [4, 9, 8, 3] as const;
  const options: AugmentOptions = {
    rotationRange: 20,
    widthShiftRange: 0.2,
    heightShiftRange: 3,
    shearRange: 10,
    zoomRange: [0.8, 1.1],
    channelShiftRange: 0.2,
    horizontalFlip: true,
    verticalFlip: true,
  };
  const order = [5, 0, 3, 9, 1, 7, 2, 8];

  it("draws what its twin predicts, by seed, epoch and sample", async () => {
    const word = fc.nat(0xffffffff);
    const counters = fc.record({
      seed: word,
      epoch: fc.nat(1000),
      position: fc.nat(7),
      stream: fc.constantFrom(0, 4),
    });
    await fc.assert(
      fc.asyncProperty(counters, async ({ seed, epoch, position, stream }) => {
        const x = smoothImages(shape, 1);
        engine().step.set({ seed, epoch, position, sample: 0, step: 17 });
        const indices = engine().tensor(order, [8], "u32");
        const y = augmentImages(engine().tensor(x.data, shape), indices, { ...options, stream });
        const ranges = drawRanges(options, shape[1], shape[2]);
        const drawn = [0, 1, 2, 3].map((i) =>
          drawnTransform(ranges, { seed, epoch, stream, sample: order[Math.min(position + i, 7)]! }),
        );
        // WGSL grants sin and cos an absolute error of 2^-11, times places up to 9
        expectClose(await y.data(), transformed(x, drawn, options), { scale: 9 * 2 ** 12, ulps: 1 });
      }),
      properties,
    );
  });

  it("draws the same in micro-batches, and when a recorded step is replayed", async () => {
    const x = smoothImages(shape, 2);
    const whole = engine().keep(engine().tensor(x.data, shape));
    const half = engine().keep(engine().tensor(x.data.slice(x.data.length / 2), [2, 9, 8, 3]));
    const indices = engine().keep(engine().tensor(order, [8], "u32"));
    const drawn = { ...options, stream: 1 };
    engine().step.set({ seed: 3, epoch: 2, position: 4, sample: 0 });
    const all = [...(await augmentImages(whole, indices, drawn).data())];
    engine().step.set({ sample: 2 });
    const second = [...(await augmentImages(half, indices, drawn).data())];
    expect(second).toEqual(all.slice(all.length / 2));
    engine().step.set({ position: 0, sample: 0 });
    const recording = engine().record(() => {
      const y = augmentImages(whole, indices, drawn);
      engine().step.advance(4, true, 4);
      return y;
    });
    expect([...(await recording.result.data())]).not.toEqual(all); // position 0, other samples
    recording.replay(); // position 4
    expect([...(await recording.result.data())]).toEqual(all);
    recording.dispose();
    for (const tensor of [whole, half, indices]) tensor.dispose();
  });

  it("draws uniformly, flips in half of the images, and changes nothing without ranges", async () => {
    const ranges = drawRanges(
      { rotationRange: 10, widthShiftRange: 2, horizontalFlip: true, zoomRange: 0.5 },
      4,
      4,
    );
    const drawn = Array.from({ length: 4000 }, (_, sample) =>
      drawnTransform(ranges, { seed: 1, epoch: 0, stream: 0, sample }),
    );
    const mean = (value: (transform: ImageTransform) => number) =>
      drawn.reduce((sum, transform) => sum + value(transform), 0) / drawn.length;
    // five standard deviations of a mean of 4,000: 5 / sqrt(4000) = 0.079, times that of one number
    expect(Math.abs(mean(({ theta }) => theta!))).toBeLessThan(0.079 * (20 / Math.sqrt(12)));
    expect(Math.abs(mean(({ theta }) => theta! ** 2) - 100 / 3)).toBeLessThan(0.079 * 30);
    expect(Math.abs(mean(({ ty }) => ty!))).toBeLessThan(0.079 * (4 / Math.sqrt(12)));
    expect(Math.abs(mean(({ theta, ty }) => theta! * ty!))).toBeLessThan(0.079 * (20 / 3));
    expect(Math.abs(mean(({ zx }) => zx!) - 1)).toBeLessThan(0.079 / Math.sqrt(12));
    expect(Math.abs(mean(({ zx, zy }) => (zx! - 1) * (zy! - 1)))).toBeLessThan(0.079 / 12);
    expect(Math.abs(mean(({ flipHorizontal }) => (flipHorizontal ? 1 : 0)) - 0.5)).toBeLessThan(0.079 / 2);
    expect(mean(({ tx }) => tx!)).toBe(0);
    const x = randomArray([2, 5, 6, 1], 4);
    const y = augmentImages(engine().tensor(x.data, x.shape), engine().tensor([0, 1], [2], "u32"), {
      stream: 0,
      fillMode: "constant",
    });
    expect([...(await y.data())]).toEqual([...x.data]);
  });

  it("reads ranges as Keras does and refuses wrong ones", () => {
    const ranges = drawRanges({ widthShiftRange: 0.25, heightShiftRange: 2, zoomRange: 0.25 }, 32, 16);
    expect([ranges.shiftColumns, ranges.shiftRows, ranges.zoom]).toEqual([4, 2, [0.75, 1.25]]);
    expect(() => drawRanges({ zoomRange: 1 }, 4, 4)).toThrow(
      "augment: zoomRange must be [least, most] above 0, got [0,2].",
    );
    expect(() => drawRanges({ rotationRange: -5 }, 4, 4)).toThrow(ArgumentError);
  });
});

/** @file Augmentation, noise and standardization in float64, as plain loops, with the numbers that the kernels draw. */
import { elementBits, elementNormal, pcg4d, uniform } from "../../engine/random.ts";
import { type Array64, array64 } from "../reference.ts";
import type { DrawRanges, FillMode } from "./options.ts";
import { type ImageTransform, type PixelMap, pixelMap } from "./transform.ts";

export interface SamplingReference {
  readonly fillMode: FillMode;
  readonly fillValue: number;
  readonly bilinear: boolean;
  readonly centre: readonly [number, number];
}

/** An image [h, w, c] moved, shifted in brightness and mirrored. */
export function transformReference(
  x: Array64,
  transform: ImageTransform,
  sampling: SamplingReference,
): Array64 {
  const [height, width, channels] = x.shape as [number, number, number];
  const map = pixelMap(transform, sampling.centre);
  const moved = array64(x.shape);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      for (let c = 0; c < channels; c++) {
        const at = (row * width + column) * channels + c;
        moved.data[at] = sampleAt(x, mapped(map, row, column), c, sampling);
      }
    }
  }
  const [lowest, highest] = [Math.min(...moved.data), Math.max(...moved.data)];
  const { channelShift = 0, flipHorizontal = false, flipVertical = false } = transform;
  const y = array64(x.shape);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const source = [flipVertical ? height - 1 - row : row, flipHorizontal ? width - 1 - column : column];
      for (let c = 0; c < channels; c++) {
        const value = moved.data[(source[0]! * width + source[1]!) * channels + c]! + channelShift;
        y.data[(row * width + column) * channels + c] = Math.min(Math.max(value, lowest), highest);
      }
    }
  }
  return y;
}

function mapped([[a, b, c], [d, e, f]]: PixelMap, row: number, column: number): [number, number] {
  return [a * row + b * column + c, d * row + e * column + f];
}

/** Channel c at a place between pixels. */
function sampleAt(x: Array64, place: [number, number], c: number, sampling: SamplingReference): number {
  const { fillMode, fillValue, bilinear } = sampling;
  const [height, width, channels] = x.shape as [number, number, number];
  const inside = (at: number, size: number) => at >= 0 && at <= size - 1;
  if (fillMode === "constant" && !(inside(place[0], height) && inside(place[1], width))) return fillValue;
  const [row, column] = [broughtIn(place[0], height, fillMode), broughtIn(place[1], width, fillMode)];
  const value = (r: number, q: number) =>
    x.data[(folded(r, height) * width + folded(q, width)) * channels + c]!;
  if (!bilinear) return value(Math.floor(row + 0.5), Math.floor(column + 0.5));
  const [r, q] = [Math.floor(row), Math.floor(column)];
  const [v, u] = [row - r, column - q];
  const upper = (1 - u) * value(r, q) + u * value(r, q + 1);
  const lower = (1 - u) * value(r + 1, q) + u * value(r + 1, q + 1);
  return (1 - v) * upper + v * lower;
}

/** map_coordinate of scipy/ndimage/src/ni_interpolation.c, but for reflect, which folded() does. */
function broughtIn(at: number, size: number, fillMode: FillMode): number {
  if (fillMode === "reflect") return at;
  if (fillMode !== "wrap") return Math.min(Math.max(at, 0), size - 1);
  if (size === 1) return 0;
  if (at < 0) return at + (size - 1) * (Math.trunc(-at / (size - 1)) + 1);
  return at > size - 1 ? at - (size - 1) * Math.trunc(at / (size - 1)) : at;
}

/** A pixel's index mirrored at the outer edges of the border pixels: -1 is 0, size is size - 1. */
function folded(index: number, size: number): number {
  const place = ((index % (2 * size)) + 2 * size) % (2 * size);
  return place < size ? place : 2 * size - 1 - place;
}

/** What names the numbers of a sample: fields of StepState, the sample's index, and the stream of the op. */
export interface SampleCounter {
  readonly seed: number;
  readonly epoch: number;
  readonly stream: number;
  readonly sample: number;
}

/** The transformation that draw-maps.wgsl draws for a sample. */
export function drawnTransform(
  ranges: DrawRanges,
  { seed, epoch, stream, sample }: SampleCounter,
): ImageTransform {
  const numbers = [0, 1, 2].flatMap((k) => pcg4d(3 * sample + k, epoch, stream, seed).map(uniform));
  const symmetric = (k: number, range: number) => range * (2 * numbers[k]! - 1);
  const [low, high] = ranges.zoom;
  return {
    theta: symmetric(0, ranges.rotation),
    tx: symmetric(1, ranges.shiftRows),
    ty: symmetric(2, ranges.shiftColumns),
    shear: symmetric(3, ranges.shear),
    zx: low + (high - low) * numbers[4]!,
    zy: low + (high - low) * numbers[5]!,
    channelShift: symmetric(8, ranges.channelShift),
    flipHorizontal: ranges.flipHorizontal && numbers[9]! < 0.5,
    flipVertical: ranges.flipVertical && numbers[10]! < 0.5,
  };
}

/** One sample with the noise that corrupt.wgsl draws for it; epoch 0 stands for noise that is not fresh. */
export function corruptReference(
  x: ArrayLike<number>,
  corruption:
    | { readonly kind: "masking"; readonly keep: number }
    | { readonly kind: "gaussian"; readonly stddev: number; readonly clip?: boolean },
  { seed, epoch, stream, sample }: SampleCounter,
): number[] {
  const first = sample * Math.ceil(x.length / 4) * 4;
  const counter = { seed, stream, step: epoch };
  return Array.from(x, (value, i) => {
    if (corruption.kind === "masking") {
      return uniform(elementBits(first + i, counter)) < Math.fround(corruption.keep) ? value : 0;
    }
    const noisy = value + corruption.stddev * elementNormal(first + i, counter);
    return corruption.clip ? Math.min(Math.max(noisy, 0), 1) : noisy;
  });
}

/** (x - mean) / (deviation + epsilon), both over all values with the same number (the channel, or the sample). */
export function standardizeReference(x: Array64, group: (index: number) => number, epsilon: number): Array64 {
  const members = new Map<number, number[]>();
  for (const [index, value] of x.data.entries()) {
    members.set(group(index), [...(members.get(group(index)) ?? []), value]);
  }
  const moments = new Map(
    [...members].map(([key, values]) => {
      const mean = values.reduce((a, b) => a + b) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
      return [key, { mean, deviation: Math.sqrt(variance) }] as const;
    }),
  );
  return array64(
    x.shape,
    x.data.map((value, index) => {
      const { mean, deviation } = moments.get(group(index))!;
      return (value - mean) / (deviation + epsilon);
    }),
  );
}

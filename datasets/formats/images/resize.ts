/** @file Resizing as PIL does it, to the last bit: Pillow's src/libImaging/Resample.c and Geometry.c. */
import { checkChoice, checkOption, checkOptionNames } from "../../../engine/options.ts";
import type { RgbImage } from "./rgb-image.ts";

export const resizeFilters = ["nearest", "bilinear"] as const;
/** How pixels are computed: from the nearest old one, or by PIL's bilinear rule. */
export type ResizeFilter = (typeof resizeFilters)[number];

/** The size that resizeImage() gives, in pixels, and how it computes the pixels. */
export interface ResizeOptions {
  readonly width: number;
  readonly height: number;
  readonly filter: ResizeFilter;
}

/**
 * The picture in another size; the ratio of its sides is not kept. "nearest" is what Keras's load_img does by default:
 * pixel i comes from floor((i + 1/2) * from / to), summed up. "bilinear" is PIL's: when shrinking, the triangle grows by the
 * factor, so that every pixel counts.
 * @throws ArgumentError for a size that is not positive and whole, or an unknown filter
 */
export function resizeImage(image: RgbImage, options: ResizeOptions): RgbImage {
  checkOptionNames("resizeImage", options, { width: true, height: true, filter: true });
  const { width, height, filter } = options;
  checkChoice("resizeImage", "filter", filter, resizeFilters);
  for (const [name, size] of Object.entries({ width, height }))
    checkOption(
      "resizeImage",
      name,
      size,
      () => Number.isInteger(size) && size > 0,
      "a positive whole number",
    );
  if (filter === "nearest") return nearest(image, width, height);
  return resampleRows(resampleColumns(image, width), height); // a row's pixels first, then across rows
}

/** Which pixels of `from` each of the `to` ones is. PIL adds up the step, and its rounding decides where one lies between two. */
function sources(from: number, to: number): Uint32Array {
  const step = from / to;
  let position = step / 2;
  return Uint32Array.from({ length: to }, () => {
    const source = Math.min(from - 1, Math.floor(position));
    position += step;
    return source;
  });
}

function nearest({ width: from, height: rows, pixels }: RgbImage, width: number, height: number): RgbImage {
  const result = new Uint8Array(height * width * 3);
  const columns = sources(from, width).map((x) => 3 * x);
  let to = 0;
  for (const row of sources(rows, height)) {
    for (const column of columns) {
      const at = row * from * 3 + column;
      result[to++] = pixels[at]!;
      result[to++] = pixels[at + 1]!;
      result[to++] = pixels[at + 2]!;
    }
  }
  return { width, height, pixels: result };
}

/** Weights are whole numbers of 2^-22: a byte times a weight fits in 31 bits. */
const bits = 22;
const half = 1 << (bits - 1);

interface Weights {
  /** first source pixel of each pixel */
  readonly first: Int32Array;
  /** how many source pixels it has */
  readonly count: Int32Array;
  /** [to, most] */
  readonly values: Int32Array;
  readonly most: number;
}

function triangle(from: number, to: number): Weights {
  const scale = from / to;
  const support = Math.max(scale, 1);
  const most = 2 * Math.ceil(support) + 1;
  const [first, count] = [new Int32Array(to), new Int32Array(to)];
  const values = new Int32Array(to * most);
  const weights = new Float64Array(most);
  for (let i = 0; i < to; i++) {
    const center = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const length = Math.min(from, Math.trunc(center + support + 0.5)) - start;
    let sum = 0;
    for (let x = 0; x < length; x++) {
      weights[x] = Math.max(0, 1 - Math.abs((x + start - center + 0.5) * (1 / support)));
      sum += weights[x]!;
    }
    for (let x = 0; x < length; x++)
      values[i * most + x] = Math.trunc(0.5 + (weights[x]! / sum) * (1 << bits));
    first[i] = start;
    count[i] = length;
  }
  return { first, count, values, most };
}

// [height, from, 3] -> [height, width, 3]
function resampleColumns(image: RgbImage, width: number): RgbImage {
  const { width: from, height, pixels } = image;
  if (from === width) return image;
  const { first, count, values, most } = triangle(from, width);
  const result = new Uint8Array(height * width * 3);
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let [red, green, blue] = [half, half, half];
      let at = (y * from + first[x]!) * 3;
      const end = x * most + count[x]!;
      for (let k = x * most; k < end; k++, at += 3) {
        const weight = values[k]!;
        red += pixels[at]! * weight;
        green += pixels[at + 1]! * weight;
        blue += pixels[at + 2]! * weight;
      }
      result[to++] = clipped(red);
      result[to++] = clipped(green);
      result[to++] = clipped(blue);
    }
  }
  return { width, height, pixels: result };
}

// [from, width, 3] -> [height, width, 3]
function resampleRows(image: RgbImage, height: number): RgbImage {
  const { width, height: from, pixels } = image;
  if (from === height) return image;
  const { first, count, values, most } = triangle(from, height);
  const row = width * 3;
  const result = new Uint8Array(height * row);
  const sums = new Int32Array(row);
  for (let y = 0; y < height; y++) {
    sums.fill(half);
    for (let k = 0; k < count[y]!; k++) {
      const weight = values[y * most + k]!;
      const at = (first[y]! + k) * row;
      for (let x = 0; x < row; x++) sums[x]! += pixels[at + x]! * weight;
    }
    for (let x = 0; x < row; x++) result[y * row + x] = clipped(sums[x]!);
  }
  return { width, height, pixels: result };
}

/** Rounded weights may add up to a little more than one. */
function clipped(sum: number): number {
  return Math.min(255, sum >> bits);
}

/** @file A pass of a convolution as a matrix product: its sizes, and into how many slices its sums are cut. */
import { mostPartials } from "../dense/choose.ts";
import { type Convolution, filterSize } from "./problem.ts";
import type { ConvolutionPass } from "./variant.ts";

/** Rows by columns, each a sum of `terms`. */
export interface Product {
  readonly rows: number;
  readonly columns: number;
  readonly terms: number;
}

/** A pass as a matrix product. */
export function productOf(pass: ConvolutionPass, problem: Convolution): Product {
  const { batch, channels, filters, groups, height, width, outHeight, outWidth } = problem;
  const taps = problem.windowHeight * problem.windowWidth;
  const positions = batch * outHeight * outWidth;
  if (pass === "forward") return { rows: positions, columns: filters, terms: filterSize(problem) };
  if (pass === "input-gradient")
    return { rows: batch * height * width, columns: channels, terms: (taps * filters) / groups };
  return { rows: filterSize(problem), columns: filters, terms: positions };
}

/** Terms that a float32 sum adds one after the other: more would be off by too many roundings. */
const longestSlice = 32768;

/** Slices that keep a product's sums short enough, where there is room for as many. */
export function leastSlices({ rows, columns, terms }: Product): number {
  return Math.max(1, Math.min(Math.ceil(terms / longestSlice), Math.floor(mostPartials / (rows * columns))));
}

/** Slices of a product's sums: as many as are `wanted` to keep the adapter busy, at most `most` for that, and none too long. */
export function slices(product: Product, wanted: number, most: number): number {
  return Math.max(Math.min(Math.ceil(wanted), most), leastSlices(product));
}

/** @file The convolution's kernels for hardware GPUs, `tiled` and `tiled-any`: which tiles, and how many slices of the sums. */
import { mostPartials, type TuningAdapter } from "../dense/choose.ts";
import { fillingWorkgroups } from "../tuning/width.ts";
import type { Convolution } from "./problem.ts";
import { leastSlices, type Product, productOf } from "./product.ts";
import type { ConvolutionPass, ConvolutionVariant } from "./variant.ts";

/** What a workgroup computes: each lane `vectors` squares of 4 x 4, below and beside each other. */
interface Tile {
  readonly rows: number;
  readonly columns: number;
  readonly vectors: readonly [number, number];
  /** multiply-adds a second, relative to the largest tile's (modelled: kernels/conv2d/README.md) */
  readonly speed: number;
}

/** Lanes with 4 x 4 sums move twice the numbers through workgroup memory for a product that those with 8 x 8 do. */
const tiles: readonly Tile[] = [
  { rows: 128, columns: 64, vectors: [2, 2], speed: 1 },
  { rows: 64, columns: 64, vectors: [2, 2], speed: 0.65 },
  { rows: 128, columns: 32, vectors: [2, 1], speed: 0.72 },
  { rows: 64, columns: 32, vectors: [2, 1], speed: 0.6 },
  { rows: 256, columns: 16, vectors: [2, 1], speed: 0.7 },
  { rows: 128, columns: 16, vectors: [1, 1], speed: 0.5 },
  { rows: 64, columns: 16, vectors: [1, 1], speed: 0.45 },
];

/** For hardware GPUs: tiles in workgroup memory, and slices of the sums where they are too few to keep it busy. */
export function tiledConvolution(
  pass: ConvolutionPass,
  problem: Convolution,
  adapter: Pick<TuningAdapter, "integrated"> = {},
): ConvolutionVariant {
  const product = productOf(pass, problem);
  const vectors = problem.channels % 4 === 0 && problem.filters % 4 === 0;
  // a row of lanes of tiled-any copies a term's numbers of all rows of the tile at a time
  const fitting = tiles.filter((tile) => vectors || lanesOf(tile) >= tile.rows);
  const plans = fitting.flatMap((tile) => plansOf(product, tile, adapter));
  const { tile, split } = plans.reduce((best, plan) => (plan.cycles < best.cycles ? plan : best));
  const [rowVectors, columnVectors] = tile.vectors;
  const constants = {
    ROW_VECTORS: rowVectors,
    COLUMN_VECTORS: columnVectors,
    LANE_ROWS: tile.rows / 4 / rowVectors,
    LANE_COLUMNS: tile.columns / 4 / columnVectors,
  };
  const workgroups = countOf(product, tile) * split;
  return { name: vectors ? "tiled" : "tiled-any", workgroups, split, constants };
}

const lanesOf = ({ rows, columns, vectors: [down, across] }: Tile) => (rows * columns) / (16 * down * across);

/** Tiles of a product. */
function countOf({ rows, columns }: Product, tile: Tile): number {
  return Math.ceil(columns / tile.columns) * Math.ceil(rows / tile.rows);
}

interface Plan {
  readonly tile: Tile;
  readonly split: number;
  /** estimate */
  readonly cycles: number;
}

/** Of a compute unit in a cycle: multiply-adds of the largest tile, and bytes of memory, as in Navi 31. */
const unit = { products: 80, bytes: 4 };
/** Lanes that it takes to keep a unit busy while some of them wait. */
const busyLanes = 512;
/** What a workgroup does before and after its terms takes as long as so many terms. */
const overhead = 32;
/** Terms that a slice has at least, and slices at most. */
const [shortestSlice, mostSlices] = [16, 512];

/** A tile with every number of slices: what they would take on the unit with most of them, partial sums written and read included. */
function plansOf(product: Product, tile: Tile, adapter: Pick<TuningAdapter, "integrated">): Plan[] {
  const { rows, columns, terms } = product;
  const units = fillingWorkgroups(adapter) / 2;
  const least = leastSlices(product);
  const count = countOf(product, tile);
  const room = Math.floor(mostPartials / (rows * columns));
  const useful =
    count < 2 * fillingWorkgroups(adapter) ? Math.min(Math.ceil(terms / shortestSlice), mostSlices, room) : 1;
  const most = Math.max(least, useful);
  return Array.from({ length: most - least + 1 }, (_, i) => {
    const split = least + i;
    const resident = Math.max(Math.ceil((count * split) / units), busyLanes / lanesOf(tile));
    const products = resident * tile.rows * tile.columns * (terms / split + overhead);
    const bytes = split === 1 ? 0 : 8 * split * rows * columns; // of f32, written and read
    return { tile, split, cycles: products / (unit.products * tile.speed) + bytes / (unit.bytes * units) };
  });
}

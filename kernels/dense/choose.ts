/** @file Which matrix-product kernel runs, for a problem on an adapter: one pure function with measured defaults. */
import type { SubgroupMatrix } from "../../engine/adapter.ts";
import { naiveOnly } from "../tuning/mode.ts";
import { profileOf, sizeBucket } from "../tuning/profile.ts";
import type { MatmulProblem } from "./problem.ts";
import { gpuMatmul, splitKMatmul, tiledMatmul } from "./tiles.ts";
import { longestSlice, type MatmulVariant, type TuningAdapter, tilesOf } from "./variant.ts";

export { fitsTiles, splitKMatmul, tiledMatmul } from "./tiles.ts";
export type { MatmulVariant, TuningAdapter } from "./variant.ts";

/** A profile's recipe for the class of the problem if there is one and it can run, else the default of the adapter's class. */
export function chooseMatmul(problem: MatmulProblem, adapter: TuningAdapter): MatmulVariant {
  if (naiveOnly()) return naiveMatmul;
  return inShortSlices(problem, chooseForSpeed(problem, adapter));
}

/** Elements of all slices together, 64 MiB: no sum takes more for exactness. */
export const mostPartials = 2 ** 24;

function inShortSlices({ m, n, k, batch }: MatmulProblem, variant: MatmulVariant): MatmulVariant {
  const split = Math.ceil(k / longestSlice);
  if (variant.name === "naive" || split <= variant.split || batch * m * n * split > mostPartials)
    return variant;
  return { ...variant, split, constants: { ...variant.constants, SPLIT: split } };
}

function chooseForSpeed(problem: MatmulProblem, adapter: TuningAdapter): MatmulVariant {
  if (adapter.subgroupMatrix && fitsSubgroupMatrix(problem, adapter)) {
    return subgroupMatrixMatmul(problem, adapter, adapter.subgroupMatrix);
  }
  const recipe = profileOf(adapter.key)?.products[matmulClass(problem)];
  return (recipe && matmulRecipes[recipe]?.(problem, adapter)) || defaultMatmul(problem, adapter);
}

/** "tn 1024x1024x32": how the sides are stored, and m x n x k up to the next powers of two. */
export function matmulClass({ m, n, k, transposeA, transposeB }: MatmulProblem): string {
  const sides = `${transposeA ? "t" : "n"}${transposeB ? "t" : "n"}`;
  return `${sides} ${[m, n, k].map(sizeBucket).join("x")}`;
}

type MatmulRecipe = (problem: MatmulProblem, adapter: TuningAdapter) => MatmulVariant | undefined;

/** What a profile may name; undefined where a recipe cannot run the problem on the adapter. */
export const matmulRecipes: Readonly<Record<string, MatmulRecipe>> = {
  "registers-4": (problem) => registersMatmul(problem, 4),
  "registers-8": (problem) => registersMatmul(problem, 8),
  "tiled-1": (problem, adapter) => tiledMatmul(problem, adapter, 1),
  "tiled-2": (problem, adapter) => tiledMatmul(problem, adapter, 2),
  "split-k": (problem, adapter) => splitKMatmul(problem, adapter),
  "subgroup-8": subgroupRecipe(8),
  "subgroup-16": subgroupRecipe(16),
  "subgroup-24": subgroupRecipe(24),
  "subgroup-32": subgroupRecipe(32),
};

/** Tiles of at most so many rows. */
function subgroupRecipe(rows: number): MatmulRecipe {
  return (problem, { subgroupSize }) =>
    hasSubgroups(subgroupSize) && rows <= 4 * subgroupSize
      ? subgroupMatmul(problem, subgroupSize, evenTile(problem.m, rows))
      : undefined;
}

/** Multiply-adds below which the subgroup-any kernel gains less in thousands of steps than it takes longer to compile. */
const quicklyCompiled = 65536;

/** The measurements behind these choices are in kernels/dense/README.md. */
export function defaultMatmul(problem: MatmulProblem, adapter: TuningAdapter): MatmulVariant {
  if (adapter.class === "gpu") return gpuMatmul(problem, adapter);
  // SwiftShader runs the subgroup kernel at half the speed of the register kernel
  const smallest = Math.min(problem.m, problem.n);
  if (adapter.class === "lavapipe" && hasSubgroups(adapter.subgroupSize)) {
    if (fitsSubgroup(problem, adapter.subgroupSize) || problem.m * problem.n * problem.k >= quicklyCompiled)
      return subgroupMatmul(problem, adapter.subgroupSize, evenTile(problem.m, 4 * adapter.subgroupSize));
  }
  return registersMatmul(problem, adapter.class === "lavapipe" || smallest <= 4 ? 4 : 8);
}

/** Computes the product alone: bias, activation and sums are launches of their own. */
export const naiveMatmul: MatmulVariant = { name: "naive", tileM: 8, tileN: 8, split: 1, constants: {} };

/** Whether subgroups are there, of a size that the subgroup kernels can work with. */
function hasSubgroups(subgroupSize: number): boolean {
  return subgroupSize >= 4 && subgroupSize % 4 === 0;
}

/** Whether the subgroup kernel that loads vectors of four along n and k can run a problem; subgroup-any runs all. */
export function fitsSubgroup(problem: MatmulProblem, subgroupSize: number): boolean {
  const { m, n, k, transposeA, transposeB, batchStrideA, batchStrideB } = problem;
  const alongK = k % 4 === 0 || (transposeA && !transposeB);
  const alongM = m % 4 === 0 || !transposeA;
  const strides = batchStrideA % 4 === 0 && batchStrideB % 4 === 0;
  return hasSubgroups(subgroupSize) && n % 4 === 0 && alongK && alongM && strides;
}

/** Rows of a tile, a multiple of 4, so that `m` rows make as few tiles as `largest` allows and waste little of the last. */
function evenTile(m: number, largest: number): number {
  const tiles = Math.ceil(m / largest);
  return Math.ceil(m / tiles / 4) * 4;
}

/** For software adapters: one workgroup is one subgroup. */
export function subgroupMatmul(problem: MatmulProblem, subgroupSize: number, tileM: number): MatmulVariant {
  const tiles = { tileM, tileN: subgroupSize * 4 };
  const split = softwareSplit(problem, tiles);
  return {
    name: fitsSubgroup(problem, subgroupSize) ? "subgroup" : "subgroup-any",
    ...tiles,
    split,
    constants: { SPLIT: split, SUBGROUP_SIZE: subgroupSize, TILE_M: tileM },
  };
}

/** `tile` is the edge of the square that one invocation computes: 4 or 8. */
export function registersMatmul(problem: MatmulProblem, tile: 4 | 8): MatmulVariant {
  const workgroup = tile === 8 ? { m: 2, n: 2 } : { m: 2, n: 8 };
  const tiles = { tileM: tile * workgroup.m, tileN: tile * workgroup.n };
  const split = softwareSplit(problem, tiles);
  const sizes = { TILE_M: tile, TILE_N: tile, WORKGROUP_M: workgroup.m, WORKGROUP_N: workgroup.n };
  return { name: "registers", ...tiles, split, constants: { SPLIT: split, ...sizes } };
}

/** Whether the experimental kernel for matrix units takes a problem: operands of f16, and enough of them. */
function fitsSubgroupMatrix({ m, n, k, half }: MatmulProblem, { subgroupSize }: TuningAdapter): boolean {
  return half === true && subgroupSize >= 16 && Math.min(m, n, k) >= 16;
}

/** For GPUs with matrix units, by Dawn's experimental feature. Never ran yet: kernels/dense/README.md. */
export function subgroupMatrixMatmul(
  problem: MatmulProblem,
  adapter: Pick<TuningAdapter, "subgroupSize" | "integrated">,
  { m, n, k }: SubgroupMatrix,
): MatmulVariant {
  const tiles = { tileM: 64, tileN: 64 };
  const split = hardwareSplit(problem, tiles, adapter);
  const sizes = { SUBGROUP_SIZE: adapter.subgroupSize, MATRIX_M: m, MATRIX_N: n, MATRIX_K: k };
  return { name: "subgroup-matrix", ...tiles, split, constants: { SPLIT: split, ...sizes } };
}

/** Slices that make workgroups enough to keep a GPU busy. */
function hardwareSplit(
  problem: MatmulProblem,
  tiles: { tileM: number; tileN: number },
  { integrated = false }: Pick<TuningAdapter, "integrated">,
): number {
  const wanted = Math.floor((integrated ? 64 : 256) / tilesOf(problem, tiles));
  return Math.max(1, Math.min(wanted, 64, Math.floor(problem.k / 256)));
}

/** Slices that keep the cores busy when there are few tiles; a second kernel only pays for a long sum. */
function softwareSplit(problem: MatmulProblem, tiles: { tileM: number; tileN: number }): number {
  const groups = tilesOf(problem, tiles);
  if (groups >= 4 || problem.k < 2048) return 1;
  return Math.min(8, Math.ceil(8 / groups), Math.floor(problem.k / 512));
}

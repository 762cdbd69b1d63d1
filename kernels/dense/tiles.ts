/** @file The matrix product's kernels for hardware GPUs, which copy tiles to workgroup memory: their sizes for a problem. */
import type { AdapterFacts } from "../../engine/adapter.ts";
import { fillingWorkgroups } from "../tuning/width.ts";
import type { MatmulProblem } from "./problem.ts";
import { longestSlice, type MatmulVariant, tilesOf } from "./variant.ts";

type Width = Partial<Pick<AdapterFacts, "integrated" | "workgroupMemory">>;

/** Bytes of workgroup memory that WebGPU promises. */
const promisedMemory = 16384;

/** Terms up to which a product is so short that all it does besides belongs into its kernel. */
const shortSum = 128;

/** The default for hardware GPUs. */
export function gpuMatmul(problem: MatmulProblem, adapter: Width): MatmulVariant {
  const large = isLarge(problem, adapter);
  const short = problem.k <= shortSum && problem.m > 32; // fewer rows would fill half a tile
  return fitsTiles(problem) && (large || short)
    ? tiledMatmul(problem, adapter)
    : splitKMatmul(problem, adapter);
}

/** Whether tiles of 128 x 128 are enough to fill an adapter. */
function isLarge(problem: MatmulProblem, adapter: Width): boolean {
  return tilesOf(problem, { tileM: 128, tileN: 128 }) >= fillingWorkgroups(adapter);
}

/** Whether the tiled kernel can run a problem: one product, not too long a sum, and vectors of four that end where rows do. */
export function fitsTiles({ m, n, k, batch, transposeA, transposeB }: MatmulProblem): boolean {
  const rows = [transposeA ? m : k, transposeB ? k : n, n];
  return batch === 1 && k <= longestSlice && rows.every((length) => length % 4 === 0);
}

/**
 * Bias, activation, slope and descent in the launch of the product; split-k where its vectors do not fit. `vectors`: edge of the
 * square of 4 x 4 blocks that an invocation computes, at 1 of 4 x 8 elements.
 */
export function tiledMatmul(
  problem: MatmulProblem,
  adapter: Width = {},
  vectors: 1 | 2 = isLarge(problem, adapter) ? 2 : 1,
): MatmulVariant {
  if (!fitsTiles(problem)) return splitKMatmul(problem, adapter);
  const [lanesM, lanesN] = vectors === 2 ? [16, 16] : [16, 8];
  return {
    name: "tiled",
    tileM: 4 * lanesM * vectors,
    tileN: 8 * lanesN,
    split: 1,
    constants: {
      WORKGROUP_M: lanesM,
      WORKGROUP_N: lanesN,
      ROW_VECTORS: vectors,
      COLUMN_VECTORS: 2,
      TILE_K: 16,
    },
  };
}

/** Tiles as narrow as the problem, whose terms are shared by groups of a workgroup's invocations and by workgroups. */
export function splitKMatmul(problem: MatmulProblem, adapter: Width = {}): MatmulVariant {
  const large = isLarge(problem, adapter);
  const [tileM, tileN] = large ? [128, 128] : [edgeOf(problem.m), edgeOf(problem.n)];
  const [rows, columns] = [tileM >= 64 ? 2 : 1, tileN >= 64 ? 2 : 1];
  const lanes = [tileM / 4 / rows, tileN / 4 / columns] as const;
  const { workgroupMemory = promisedMemory } = adapter;
  /** terms of each of so many groups that there is room for, beside a vector of sums for each invocation */
  const roomFor = (count: number) => {
    const sums = 16 * Math.min(count, 2) * count * lanes[0] * lanes[1];
    return Math.floor((workgroupMemory - sums) / (4 * count * (tileM + tileN)));
  };
  let groups = groupsOf(tileM * tileN, lanes[0] * lanes[1]);
  while (roomFor(groups) < 4) groups /= 2;
  const most = Math.min(rows * columns === 4 ? 16 : 8, 2 ** Math.floor(Math.log2(roomFor(groups))));
  const groupK = Math.min(most, 4 * Math.ceil(problem.k / (4 * groups)));
  const invocations = tilesOf(problem, { tileM, tileN }) * lanes[0] * lanes[1] * groups;
  const split = splitOf(problem, invocations, groups * groupK, adapter);
  return {
    name: "split-k",
    ...{ tileM, tileN, split },
    constants: {
      SPLIT: split,
      WORKGROUP_M: lanes[0],
      WORKGROUP_N: lanes[1],
      ROW_VECTORS: rows,
      COLUMN_VECTORS: columns,
      GROUPS: groups,
      GROUP_K: groupK,
    },
  };
}

function edgeOf(size: number): number {
  if (size <= 16) return 16;
  return size <= 32 ? 32 : 64;
}

/** Groups of a workgroup: the smaller the tile, the more. */
function groupsOf(elements: number, lanes: number): number {
  if (elements > 64 * 64) return 1;
  return elements === 64 * 64 ? 2 : Math.min(8, 256 / lanes);
}

/**
 * Slices of k that fill an adapter, with workgroups of 128 invocations. Each costs the writing and reading of its sums and saves turns
 * of the loop: the best number of them is about the root of the quotient of the two, here as a shortest slice.
 */
function splitOf(
  { m, n, k, batch }: MatmulProblem,
  invocations: number,
  turn: number,
  adapter: Width,
): number {
  const wanted = Math.round((128 * fillingWorkgroups(adapter)) / invocations);
  const shortest = Math.max(turn, Math.sqrt(batch * m * n * k) / 64);
  return Math.max(1, Math.min(wanted, 64, Math.floor(k / shortest)));
}

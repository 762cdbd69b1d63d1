/** @file What a chooser of matrix-product kernels answers, and from what. */
import type { AdapterFacts } from "../../engine/adapter.ts";
import type { Constants } from "../../engine/shader.ts";
import type { MatmulProblem } from "./problem.ts";

/** A kernel file with its tile sizes. */
export interface MatmulVariant {
  readonly name:
    | "naive"
    | "registers"
    | "tiled"
    | "split-k"
    | "subgroup"
    | "subgroup-any"
    | "subgroup-matrix";
  /** elements of y per workgroup */
  readonly tileM: number;
  readonly tileN: number;
  /** slices of k, summed by a second kernel */
  readonly split: number;
  readonly constants: Constants;
}

/** The part of AdapterFacts that decides; without a key there is no profile. */
export type TuningAdapter = Pick<AdapterFacts, "class" | "subgroupSize"> &
  Partial<Pick<AdapterFacts, "key" | "integrated" | "subgroupMatrix" | "workgroupMemory">>;

/** Terms that a float32 sum adds one after the other: more would be off by too many roundings. */
export const longestSlice = 8192;

/** Tiles of a problem, over all of its batch. */
export function tilesOf(
  { m, n, batch }: MatmulProblem,
  { tileM, tileN }: { tileM: number; tileN: number },
): number {
  return Math.ceil(m / tileM) * Math.ceil(n / tileN) * batch;
}

/**
 * @file How kernels walk many terms: in runs, which are added up by themselves so that rounding errors stay small, and with several
 * loads on their way.
 */
import type { OpEngine } from "../engine/tensor.ts";

/** Terms in a run of a sum of `terms`: the root, so that there are about as many runs. A short sum is one run. */
export function runLength(terms: number): number {
  return Math.max(16, Math.ceil(Math.sqrt(terms)));
}

/**
 * Loads that a lane has on their way at a time, of the `turns` that it makes at most: on a GPU each would else be waited for
 * before the next. A software adapter's loads take no time, and it compiles a short loop faster.
 */
export function loadsAhead({ adapter }: Pick<OpEngine, "adapter">, turns: number, most = 16): number {
  if (adapter.software) return 1;
  return Math.min(most, 2 ** Math.ceil(Math.log2(Math.max(1, turns))));
}

/** @file How kernels keep the rounding errors of long sums small: they add up runs of terms, and then the sums of the runs. */

/** Terms in a run of a sum of `terms`: the root, so that there are about as many runs. A short sum is one run. */
export function runLength(terms: number): number {
  return Math.max(16, Math.ceil(Math.sqrt(terms)));
}

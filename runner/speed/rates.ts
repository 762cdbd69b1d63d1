/** @file How fast work was, from how long it took: the figures of a row. */
import type { Bound, Work } from "../../engine/ceilings/bound.ts";
import type { Row } from "./row.ts";

/** Milliseconds of one run. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** The spread of several times. */
export function spreadOf(times: readonly number[]): Spread {
  const sorted = [...times].sort((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)]!, min: sorted[0]!, max: sorted.at(-1)! };
}

/** The rates of a row: by the median, but the part of the ceiling by the best run. */
export function rates(
  work: Work,
  ms: Spread,
  bound: Bound,
): Pick<Row, "flops" | "bytes" | "gflops" | "gbytes_per_s" | "ceiling_fraction"> {
  return {
    flops: work.flops,
    bytes: work.bytes,
    gflops: work.flops / (ms.median * 1e6),
    gbytes_per_s: work.bytes / (ms.median * 1e6),
    ceiling_fraction: bound.milliseconds / ms.min,
  };
}

/** @file The roofline: work takes at least the time of its arithmetic at the peak rate, and of its bytes at full bandwidth. */
import type { Ceilings } from "./ceilings.ts";

export interface Work {
  /** floating-point operations */
  readonly flops: number;
  /** read and written */
  readonly bytes: number;
}

/** The ceiling that work comes up against. */
export interface Bound {
  readonly by: "arithmetic" | "bandwidth";
  /** in which the adapter could do it */
  readonly milliseconds: number;
}

export type Roof = Pick<Ceilings, "f32GigaFlops" | "kernelGigabytes">;

/** In f32, against a kernel's bandwidth to memory: what stays in caches can be faster. */
export function boundOf({ flops, bytes }: Work, { f32GigaFlops, kernelGigabytes }: Roof): Bound {
  const arithmetic = flops / (f32GigaFlops * 1e6);
  const bandwidth = bytes / (kernelGigabytes * 1e6);
  return arithmetic > bandwidth
    ? { by: "arithmetic", milliseconds: arithmetic }
    : { by: "bandwidth", milliseconds: bandwidth };
}

/** Of works done one after the other: their least times added up, and what takes most of that. */
export function boundOfAll(works: readonly Work[], roof: Roof): Bound {
  const least = { arithmetic: 0, bandwidth: 0 };
  for (const work of works) {
    const { by, milliseconds } = boundOf(work, roof);
    least[by] += milliseconds;
  }
  const by = least.arithmetic > least.bandwidth ? "arithmetic" : "bandwidth";
  return { by, milliseconds: least.arithmetic + least.bandwidth };
}

/** @file Adapters that a chooser may meet, and WGRAD_KERNELS as it was after each test. */
import { afterEach, beforeEach } from "vitest";
import type { TuningAdapter } from "../../../kernels/dense/choose.ts";

/** Subgroup sizes as the drivers report them; 0 where subgroups are missing or of no fixed size. */
export const adapters: readonly TuningAdapter[] = [
  { class: "gpu", subgroupSize: 0 },
  { class: "gpu", subgroupSize: 32 },
  { class: "gpu", subgroupSize: 16, integrated: true },
  { class: "gpu", subgroupSize: 32, subgroupMatrix: { m: 16, n: 16, k: 16 } },
  { class: "lavapipe", subgroupSize: 8 },
  { class: "lavapipe", subgroupSize: 4 },
  { class: "lavapipe", subgroupSize: 0 },
  { class: "swiftshader", subgroupSize: 4 },
  { class: "swiftshader", subgroupSize: 0 },
];

/** Unsets WGRAD_KERNELS for each test of the file and puts back what was there. */
export function useKernelMode(): void {
  let before: string | undefined;
  beforeEach(() => {
    before = process.env.WGRAD_KERNELS;
    delete process.env.WGRAD_KERNELS;
  });
  afterEach(() => {
    if (before === undefined) delete process.env.WGRAD_KERNELS;
    else process.env.WGRAD_KERNELS = before;
  });
}

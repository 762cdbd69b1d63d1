/** @file The two kernels of the unary functions; `const OP` selects the function. */
import { kernel } from "../../engine/kernel.ts";

export const unaryForward = kernel(import.meta.url, "unary.wgsl", {
  reads: ["x"],
  writes: ["y"],
  flops: { y: 1 },
});
export const unaryGradient = kernel(import.meta.url, "unary-gradient.wgsl", {
  reads: ["dy", "kept"],
  writes: ["dx"],
  flops: { dx: 2 },
});

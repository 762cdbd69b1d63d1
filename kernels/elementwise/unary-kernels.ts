/** @file The two kernels of the unary functions; `const OP` selects the function. */
import { kernel } from "../../engine/kernel.ts";

export const unaryForward = kernel("elementwise/unary", {
  reads: ["x"],
  writes: ["y"],
  flops: { y: 1 },
});
export const unaryGradient = kernel("elementwise/unary-gradient", {
  reads: ["dy", "kept"],
  writes: ["dx"],
  flops: { dx: 2 },
});

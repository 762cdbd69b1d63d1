/** @file The position of the largest value along an axis. */
import { kernel, run } from "../../engine/kernel.ts";
import { sizeOf } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { requireFloat, resolveAxis } from "../shape/arguments.ts";

const argMaxKernel = kernel("reduce/arg-max", {
  reads: ["x"],
  writes: ["y"],
  flops: { x: 1 },
});

/**
 * Position of the (first) largest value along `axis`, the last unless given: x's shape without that axis, u32. The first NaN
 * counts as the largest, as in NumPy and PyTorch.
 */
export function argMax(x: Tensor, axis = -1): Tensor<"u32"> {
  return largestPosition(x, axis, true);
}

/** The class of each row of scores, or of a one-hot target: argMax(x), but 2^32 - 1, which is no class, if the row has a NaN. */
export function classOf(x: Tensor): Tensor<"u32"> {
  return largestPosition(x, -1, false);
}

function largestPosition(x: Tensor, axis: number, nanCounts: boolean): Tensor<"u32"> {
  requireFloat("argMax", "x", x);
  const along = resolveAxis("argMax", x, axis);
  const shape = x.shape.filter((_, i) => i !== along);
  const constants = {
    LENGTH: x.shape[along]!,
    INNER: sizeOf(x.shape.slice(along + 1)),
    NAN_COUNTS: nanCounts,
  };
  const output = { shape, dtype: "u32" } as const;
  const { y } = run(argMaxKernel, { x }, { y: output }, { constants, invocations: sizeOf(shape) });
  return y as Tensor<"u32">;
}

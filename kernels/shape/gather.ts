/** @file Picking entries of a tensor by their indices. */
import { requireTensors } from "../../engine/arguments.ts";
import { differentiable } from "../../engine/autodiff/tape.ts";
import { formatShape, ShapeError } from "../../engine/errors.ts";
import { kernel, outputTensor, run } from "../../engine/kernel.ts";
import { sizeOf } from "../../engine/shape.ts";
import type { DType, Tensor } from "../../engine/tensor.ts";
import { requireUnpacked, resolveAxis } from "./arguments.ts";

const forward = kernel("shape/gather", { reads: ["x", "indices"], writes: ["y"] });
const backward = kernel("shape/gather-backward", {
  reads: ["dy", "indices"],
  writes: ["dx"],
  flops: { dy: 1 },
});

/** Bits of what stands where x has no entry. */
const fills = { f32: 0x7fc00000, i32: 0x80000000, u32: 0xffffffff } as const;

/**
 * Entries of x along `axis` (rows unless given), in the order of `indices`; they may repeat.
 * @param indices [k], u32 or i32. Values on the GPU cannot be checked here: an index that x does not have, negative
 * ones included, yields NaN, in i32 the smallest and in u32 the largest integer (JAX's mode "fill"), and takes no gradient.
 * @returns x's shape with k in place of the axis
 * @throws ShapeError if indices are no vector of integers
 */
export function gather<D extends DType>(x: Tensor<D>, indices: Tensor, axis = 0): Tensor<D> {
  requireTensors("gather", { x, indices });
  requireUnpacked("gather", x);
  if (x.dtype === "f16")
    throw new ShapeError("gather: picks from f32, i32 or u32, got f16: cast() it first.");
  const along = resolveAxis("gather", x, axis);
  if (indices.shape.length !== 1 || (indices.dtype !== "u32" && indices.dtype !== "i32")) {
    const found = `${formatShape(indices.shape)} ${indices.dtype}`;
    throw new ShapeError(`gather: indices must be [k] of u32 or i32, got ${found}.`);
  }
  const shape = x.shape.with(along, indices.size);
  const sizes = { ENTRIES: x.shape[along]!, PICKS: indices.size };
  const inner = sizeOf(x.shape.slice(along + 1));
  const vector = inner % 4 === 0;
  const { y } = run(
    forward,
    { x, indices },
    { y: outputTensor(x.engine, { shape, dtype: x.dtype }, "gather") },
    {
      constants: {
        ...sizes,
        INNER: vector ? inner / 4 : inner,
        VECTOR: vector,
        FILL: fills[x.dtype as keyof typeof fills],
      },
      invocations: Math.ceil(sizeOf(shape) / 4),
    },
  );
  return differentiable(y as Tensor<D>, {
    inputs: [x],
    keeps: [indices],
    backward: (dy, want) => {
      const dx = want(0);
      const constants = { ...sizes, INNER: inner };
      return [dx && run(backward, { dy, indices }, { dx }, { constants, invocations: x.size }).dx];
    },
  });
}

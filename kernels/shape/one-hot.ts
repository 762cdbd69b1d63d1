/** @file Class numbers as rows of zeros with a single one. */
import { requireTensors } from "../../engine/arguments.ts";
import { ArgumentError, ShapeError } from "../../engine/errors.ts";
import { kernel, outputTensor, run } from "../../engine/kernel.ts";
import { written } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";

const oneHotKernel = kernel("shape/one-hot", { reads: ["labels"], writes: ["y"] });

/**
 * y[..., d] = 1 where the label is d, else 0. A label outside of 0 to depth - 1 makes a row of zeros, as in TensorFlow.
 * @param labels any shape, u32 or i32
 * @returns f32, labels' shape with an axis of `depth` behind
 */
export function oneHot(labels: Tensor, depth: number): Tensor<"f32"> {
  requireTensors("oneHot", { labels });
  if (labels.dtype !== "u32" && labels.dtype !== "i32") {
    throw new ShapeError(`oneHot: labels must be u32 or i32, got ${labels.dtype}.`);
  }
  if (!Number.isInteger(depth) || depth < 1) {
    throw new ArgumentError(`oneHot: depth must be a positive integer, got ${written(depth)}.`);
  }
  const invocations = Math.ceil((labels.size * depth) / 4);
  const y = outputTensor(labels.engine, [...labels.shape, depth], "oneHot");
  return run(oneHotKernel, { labels }, { y }, { constants: { DEPTH: depth }, invocations })
    .y as Tensor<"f32">;
}

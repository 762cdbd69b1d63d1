/** @file Random inputs of benchmarks: the same numbers in every run. */
import type { Engine } from "../../engine/device.ts";
import { pcg4d } from "../../engine/random.ts";
import { type Shape, sizeOf } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";

/** Values in [-1, 1), in main memory and on the GPU; the caller disposes the tensor. */
export function randomTensor(engine: Engine, shape: Shape, stream: number) {
  const values = Float32Array.from(
    { length: sizeOf(shape) },
    (_, i) => pcg4d(i, stream, 0, 1)[0] / 2 ** 31 - 1,
  );
  return { values, tensor: engine.keep(engine.tensor(values, shape)) };
}

export function dispose(tensors: readonly Tensor[]): void {
  for (const tensor of tensors) tensor.dispose();
}

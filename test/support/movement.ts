/** @file Holds an op that moves elements against its map of sources: exactly, since nothing is computed forward. */
import { expect } from "vitest";
import type { Engine } from "../../engine/device.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { type Movement, moveGradientReference, moveReference } from "../../kernels/shape/shape.reference.ts";
import { expectMatchesReference } from "./gradient.ts";
import { randomArray } from "./random.ts";

/** Runs `op` on random values of `shape` and on integers of the same shape. */
export async function expectMoves(
  engine: Engine,
  op: (x: Tensor) => Tensor,
  shape: readonly number[],
  map: Movement,
  options: { fill?: number; seed?: number } = {},
): Promise<void> {
  const { fill = 0, seed = 1 } = options;
  const x = randomArray(shape, seed);
  await expectMatchesReference(
    engine,
    op,
    (values) => moveReference(values, map, fill),
    (dy, values) => [moveGradientReference(values, dy, map)],
    [x],
  );
  const integers = x.data.map((value) => Math.floor(value * 2 ** 31)); // bit patterns that are NaN as f32, too
  const y = op(engine.tensor(integers, shape, "i32"));
  const expected = moveReference({ shape, data: integers }, map, fill);
  expect(y.shape).toEqual(map.shape);
  expect(y.dtype).toBe("i32");
  expect([...(await y.data())]).toEqual([...expected.data]);
}

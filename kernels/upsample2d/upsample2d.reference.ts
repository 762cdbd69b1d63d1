/** @file Nearest-neighbour upsampling in float64: which pixel of x each pixel of y comes from. */
import type { Shape } from "../../engine/shape.ts";
import { type Movement, movement } from "../shape/shape.reference.ts";

/** Image x [n, h, w, c] to y [n, h * size[0], w * size[1], c]: every pixel fills a block; its gradient is the sum of the block. */
export function upsample2dReference(x: Shape, size: readonly [number, number]): Movement {
  const factors = [1, size[0], size[1], 1];
  const y = x.map((pixels, axis) => pixels * factors[axis]!);
  return movement(x, y, (to) => to.map((i, axis) => Math.floor(i / factors[axis]!)));
}

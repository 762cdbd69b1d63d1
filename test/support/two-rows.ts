/** @file Spreads small launches over two axes, as those of more than 65,535 workgroups are. */
import type { Engine } from "../../engine/device.ts";

/**
 * Runs `body` while every launch of several workgroups has them in two rows: one more than it asked for where their number
 * is odd. Results must be the same to the bit.
 */
export async function inTwoRows<R>(engine: Engine, body: () => R | Promise<R>): Promise<R> {
  const dispatch = engine.dispatch;
  engine.dispatch = (definition, tensors, options, [x, y]) =>
    dispatch.call(
      engine,
      definition,
      tensors,
      options,
      x * y > 1 ? [Math.ceil((x * y) / 2), 2, 1] : [1, 1, 1],
    );
  try {
    return await body();
  } finally {
    engine.dispatch = dispatch;
  }
}

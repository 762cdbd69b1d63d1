/** @file The sum over all rows of a matrix: the gradient of a bias. */
import { formatShape, ShapeError } from "../../engine/errors.ts";
import type { Output } from "../../engine/kernel.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { requireFloat } from "../shape/arguments.ts";
import { reduceBlock } from "./block.ts";

/**
 * y[c] = sum over the rows of x[row, c], in a fixed order. Leaves nothing on the tape: for backward rules.
 * @param x [..., c]: all axes but the last count as rows
 * @param output where to write; a new tensor [c] unless given
 */
export function columnSum(x: Tensor, output?: Output): Tensor {
  requireFloat("columnSum", "x", x);
  const columns = x.shape.at(-1);
  if (columns === undefined)
    throw new ShapeError(`columnSum: expects [..., c], got ${formatShape(x.shape)}.`);
  const block = { outer: 1, length: x.size / columns, inner: columns };
  return reduceBlock(x, block, { operation: "sum" }, output ?? [columns]);
}

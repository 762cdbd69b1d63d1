/** @file Padding in float64: which element of x each element of y comes from. */
import type { Shape } from "../../engine/shape.ts";
import { type Movement, movement } from "../shape/shape.reference.ts";

/** Elements of y within margins[axis] = [before, after] come from nowhere: they hold the constant. */
export function padReference(x: Shape, margins: readonly (readonly [number, number])[]): Movement {
  const y = x.map((size, axis) => margins[axis]![0] + size + margins[axis]![1]);
  return movement(x, y, (to) => to.map((i, axis) => i - margins[axis]![0]));
}

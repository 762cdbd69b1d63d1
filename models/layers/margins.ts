/** @file Margins of images in the three forms that Keras takes. */
import { ArgumentError } from "../../engine/errors.ts";
import type { Margin, Margins2d } from "../../kernels/pad/pad.ts";

/** [[top, bottom], [left, right]], whichever form was given. Throws ArgumentError unless they are whole numbers >= 0. */
export function bothMargins(layer: string, margins: Margins2d): readonly [Margin, Margin] {
  const sides = typeof margins === "number" ? [margins, margins] : margins;
  const both = Array.isArray(sides)
    ? sides.map((side) => (typeof side === "number" ? [side, side] : side))
    : [];
  if (both.length !== 2 || !both.every(isMargin)) {
    const forms = "a whole number >= 0, two, or [[top, bottom], [left, right]]";
    throw new ArgumentError(`${layer}: margins must be ${forms}, got ${JSON.stringify(margins)}.`);
  }
  return both as unknown as readonly [Margin, Margin];
}

function isMargin(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every((n) => Number.isInteger(n) && n >= 0);
}

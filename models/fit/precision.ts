/** @file The precision that fit() computes in. */
import { ArgumentError, nearest } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";

export const precisions = ["float32", "mixed"] as const;
export type Precision = (typeof precisions)[number];

/** Throws ArgumentError, with the nearest name, for a precision that does not exist. */
export function checkPrecision(op: string, precision: unknown): asserts precision is Precision {
  if (precisions.includes(precision as Precision)) return;
  const near = nearest(precision, precisions);
  const hint = near ? ` Did you mean ${near}?` : "";
  throw new ArgumentError(
    `${op}: precision must be ${precisions.join(" or ")}, got ${written(precision)}.${hint}`,
  );
}

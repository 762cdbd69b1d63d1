/** @file The element types that ops compute in: f32, or f16 for what is stored; sums are f32 in any case. */
import { ArgumentError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";

/** Element types that ops compute in. */
export type RealType = "f32" | "f16";

/** `dtype`, or that of x unless given. Throws ArgumentError for a type that no op computes in. */
export function checkRealType(op: string, dtype: unknown, x: Tensor): RealType {
  const type = dtype ?? x.dtype;
  if (type === "f32" || type === "f16") return type;
  throw new ArgumentError(`${op}: dtype must be f32 or f16, got ${written(type)}.`);
}

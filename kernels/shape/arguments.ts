/** @file Checks that several ops share: axes and element types. */
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import type { Tensor } from "../../engine/tensor.ts";

/** `axis` counted from the front; negative ones count from the back. Throws ArgumentError if x has no such axis. */
export function resolveAxis(op: string, x: Tensor, axis: number): number {
  const rank = x.shape.length;
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new ArgumentError(`${op}: ${formatShape(x.shape)} has no axis ${axis}; it has ${rank} axes.`);
  }
  return axis < 0 ? axis + rank : axis;
}

/** Throws ShapeError unless x holds 32-bit numbers with fractions: ops that compute take nothing else. */
export function requireFloat(op: string, name: string, x: Tensor): void {
  if (x.dtype !== "f32") throw new ShapeError(`${op}: ${name} must be f32, got ${x.dtype}.`);
}

/** Throws ShapeError for packed bytes: kernels that move elements move 32-bit words. */
export function requireWords(op: string, x: Tensor): void {
  if (x.dtype === "u8") throw new ShapeError(`${op}: moves f32, i32 or u32, got u8; convert it first.`);
}

/** Throws ShapeError unless x is [channels], as a parameter of a normalisation is. */
export function requireVector(op: string, name: string, x: Tensor, size: number, owner: Tensor): void {
  requireFloat(op, name, x);
  if (x.shape.length === 1 && x.shape[0] === size) return;
  throw new ShapeError(
    `${op}: ${name} must be [${size}], one per entry of the last axis, got ${formatShape(x.shape)}. ` +
      `x ${formatShape(owner.shape)}.`,
  );
}

/** @file Checks that several ops share: axes and element types. */
import { requireTensors } from "../../engine/arguments.ts";
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";

/** `axis` counted from the front; negative ones count from the back. Throws ArgumentError if x has no such axis. */
export function resolveAxis(op: string, x: Tensor, axis: number): number {
  const rank = x.shape.length;
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new ArgumentError(
      `${op}: ${formatShape(x.shape)} has no axis ${written(axis)}; it has ${rank} axes.`,
    );
  }
  return axis < 0 ? axis + rank : axis;
}

/**
 * Throws ShapeError unless x holds numbers with fractions: ops that compute take nothing else. Those whose shaders have no
 * alias for f16 refuse it when they run, with a KernelError.
 */
export function requireFloat(op: string, name: string, x: Tensor): void {
  requireTensors(op, { [name]: x });
  if (x.dtype === "f32" || x.dtype === "f16") return;
  throw new ShapeError(`${op}: ${name} must be f32, got ${x.dtype}.`);
}

/** The same of several tensors, which must be on one engine; `optional` ones may be undefined. */
export function requireFloats(
  op: string,
  tensors: Readonly<Record<string, Tensor>>,
  optional: Readonly<Record<string, Tensor | undefined>> = {},
): void {
  requireTensors(op, tensors, optional);
  for (const [name, tensor] of Object.entries({ ...tensors, ...optional }))
    if (tensor) requireFloat(op, name, tensor);
}

/** Throws ShapeError for packed bytes, which kernels that move elements cannot tell apart. */
export function requireUnpacked(op: string, x: Tensor): void {
  requireTensors(op, { x });
  if (x.dtype === "u8") throw new ShapeError(`${op}: moves f32, f16, i32 or u32, got u8; convert it first.`);
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

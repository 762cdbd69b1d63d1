/** @file Joining tensors along an axis. */
import { requireTensors } from "../../engine/arguments.ts";
import { differentiable } from "../../engine/autodiff/tape.ts";
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { kernel, run } from "../../engine/kernel.ts";
import { written } from "../../engine/options.ts";
import { type Shape, sizeOf } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { requireUnpacked, resolveAxis } from "./arguments.ts";
import { readStrided } from "./move.ts";

const concatKernel = kernel("shape/concat", { reads: ["a", "b"], writes: ["y"] });

/**
 * The tensors one after the other along `axis` (the last unless given).
 * @throws ShapeError if they differ in another axis or in dtype
 */
export function concat(tensors: readonly Tensor[], axis = -1): Tensor {
  if (!Array.isArray(tensors)) {
    throw new ArgumentError(`concat: the tensors must be in a list, got ${written(tensors)}.`);
  }
  if (tensors.length === 0) throw new ArgumentError("concat: needs at least one tensor.");
  requireTensors("concat", Object.fromEntries(tensors.map((tensor, i) => [`tensor ${i}`, tensor])));
  const first: Tensor = tensors[0];
  const along = resolveAxis("concat", first, axis);
  for (const tensor of tensors) checkPart(first, tensor, along);
  if (tensors.length === 1) return first;
  const y = first.engine.scope(() => joinAll(tensors, along));
  const columns = tensors.map(({ shape }) => sizeOf(shape.slice(along)));
  const total = sizeOf(y.shape.slice(along));
  const rows = y.size / total;
  return differentiable(y, {
    inputs: tensors,
    backward: (dy, want) => {
      let offset = 0;
      return columns.map((size, i) => {
        const start = offset;
        offset += size;
        const target = want(i);
        const axes = [
          { size: rows, stride: total },
          { size, stride: 1 },
        ];
        return target && readStrided("concat", dy, target, axes, start);
      });
    },
  });
}

/** Joins neighbours until one is left: n tensors are copied log2(n) times. */
function joinAll(tensors: readonly Tensor[], axis: number): Tensor {
  let parts = tensors;
  while (parts.length > 1) {
    const joined: Tensor[] = [];
    for (let i = 0; i < parts.length; i += 2) {
      const [left, right] = [parts[i]!, parts[i + 1]];
      joined.push(right ? join(left, right, axis) : left);
    }
    parts = joined;
  }
  return parts[0]!;
}

function join(a: Tensor, b: Tensor, axis: number): Tensor {
  const left = sizeOf(a.shape.slice(axis));
  const right = sizeOf(b.shape.slice(axis));
  const vector = left % 4 === 0 && right % 4 === 0;
  const unit = vector ? 4 : 1;
  const constants = { LEFT: left / unit, RIGHT: right / unit, VECTOR: vector };
  const shape: Shape = a.shape.with(axis, a.shape[axis]! + b.shape[axis]!);
  const invocations = Math.ceil(sizeOf(shape) / 4);
  return run(concatKernel, { a, b }, { y: { shape, dtype: a.dtype } }, { constants, invocations }).y;
}

function checkPart(first: Tensor, tensor: Tensor, axis: number): void {
  requireUnpacked("concat", tensor);
  const { shape, dtype } = tensor;
  const fits =
    shape.length === first.shape.length && shape.every((size, i) => i === axis || size === first.shape[i]);
  if (fits && dtype === first.dtype) return;
  throw new ShapeError(
    `concat: ${formatShape(shape)} ${dtype} does not join ${formatShape(first.shape)} ${first.dtype} along ` +
      `axis ${axis}: the other sizes and the dtype must be equal.`,
  );
}

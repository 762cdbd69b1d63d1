/** @file The binary ops, with NumPy's broadcasting. */

import { differentiable } from "../../engine/autodiff/tape.ts";
import { kernel, like, type Output, run } from "../../engine/kernel.ts";
import { sizeOf } from "../../engine/shape.ts";
import { aliasOf, type Tensor } from "../../engine/tensor.ts";
import { requireFloats } from "../shape/arguments.ts";
import { type BinaryName, binaryTable } from "./binary-table.ts";
import { broadcastShape, operandFor, sumTo } from "./broadcast.ts";
import { powScalar, scale } from "./unary-table.ts";

const forward = kernel("elementwise/binary", { reads: ["a", "b"], writes: ["y"], flops: { y: 1 } });
const gradient = kernel("elementwise/binary-gradient", {
  reads: ["dy", "a", "b"],
  writes: ["dx"],
  flops: { dx: 2 },
});

/** a + b, with NumPy's broadcasting; f16 if both are. Throws ShapeError for shapes that do not broadcast. */
export const add = (a: Tensor, b: Tensor): Tensor => binary("add", a, b);

/** a - b, with NumPy's broadcasting; f16 if both are. Throws ShapeError for shapes that do not broadcast. */
export const sub = (a: Tensor, b: Tensor): Tensor => binary("sub", a, b);

/** a * b element by element, with NumPy's broadcasting; f16 if both are. Throws ShapeError for shapes that do not broadcast. */
export const mul = (a: Tensor, b: Tensor): Tensor => binary("mul", a, b);

/** a / b element by element, with NumPy's broadcasting; division by 0 gives infinity or NaN. Throws ShapeError for shapes that do not broadcast. */
export const div = (a: Tensor, b: Tensor): Tensor => binary("div", a, b);

/** The larger of a and b; of equal values the gradient goes to a. NaN if one is NaN: then it gets the gradient. */
export const maximum = (a: Tensor, b: Tensor): Tensor => binary("maximum", a, b);

/** The smaller of a and b; of equal values the gradient goes to a. NaN if one is NaN: then it gets the gradient. */
export const minimum = (a: Tensor, b: Tensor): Tensor => binary("minimum", a, b);

/**
 * a to the power b, a number or a tensor: NaN where a is negative and b not whole; 1 where b is 0 or a is 1. The slope by b is
 * 0 where a is 0 and b not below it, and NaN where a is negative.
 */
export const pow = (a: Tensor, b: Tensor | number): Tensor =>
  typeof b === "number" ? powScalar(a, b) : binary("pow", a, b);

function binary(name: BinaryName, a: Tensor, b: Tensor): Tensor {
  requireFloats(name, { a, b });
  const shape = broadcastShape(name, a.shape, b.shape);
  const y = a.engine.scope(() => {
    const { operands, options } = prepare(name, a, b, shape);
    return run(forward, operands, { y: like(a.dtype === "f16" ? b : a, shape) }, options).y; // f16 if both are
  });
  const linear = name === "add" || name === "sub";
  const gradientOf = linear ? linearGradient : productGradient;
  return differentiable(y, {
    inputs: [a, b],
    keeps: linear ? [] : [a, b],
    backward: (dy, want) =>
      [a, b].map((_, side) => {
        const target = want(side);
        return target && gradientOf({ name, a, b, side }, dy, target);
      }),
  });
}

/** One use of a binary op, and the operand whose gradient is asked for: 0 for a, 1 for b. */
interface Use {
  readonly name: BinaryName;
  readonly a: Tensor;
  readonly b: Tensor;
  readonly side: number;
}

/** add and sub hand on the gradient itself, or its negative. */
function linearGradient({ name, a, b, side }: Use, dy: Tensor, target: Output): Tensor {
  const { shape, size } = side === 0 ? a : b;
  const factor = name === "sub" && side === 1 ? -1 : 1;
  if (size < dy.size) return sumTo(dy, shape, target, factor);
  const dx = factor === 1 ? dy : scale(dy, factor);
  return aliasOf(dx, shape); // a tensor of its own: two inputs may come here with one dy
}

function productGradient({ name, a, b, side }: Use, dy: Tensor, target: Output): Tensor {
  const { shape, size } = side === 0 ? a : b;
  const { operands, options } = prepare(name, a, b, dy.shape);
  const constants = { ...options.constants, BY_B: side === 1 };
  const dx = size === dy.size ? target : like(dy);
  const full = run(gradient, { dy, ...operands }, { dx }, { ...options, constants }).dx;
  return size === dy.size ? full : sumTo(full, shape, target);
}

function prepare(name: BinaryName, a: Tensor, b: Tensor, shape: readonly number[]) {
  const left = operandFor(name, a, shape);
  const right = operandFor(name, b, shape);
  const constants = { OP: binaryTable[name].code, A_REPEATS: left.repeats, B_REPEATS: right.repeats };
  return {
    operands: { a: left.tensor, b: right.tensor },
    options: { constants, invocations: Math.ceil(sizeOf(shape) / 4) },
  };
}

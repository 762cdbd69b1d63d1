/** @file The unary ops: one function per row of the table. */

import { differentiable } from "../../engine/autodiff/tape.ts";
import { ArgumentError } from "../../engine/errors.ts";
import { like, run } from "../../engine/kernel.ts";
import { checkOption } from "../../engine/options.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { requireFloat } from "../shape/arguments.ts";
import { fusedActivationCodes } from "./fused-activation.ts";
import { unaryForward, unaryGradient } from "./unary-kernels.ts";
import { seluAlpha, seluScale, type UnaryName, type UnaryRow, unaryTable } from "./unary-table.ts";

/** max(x, 0); the derivative at 0 is 0. NaN stays NaN, here and in all the others: docs/nan.md. */
export const relu = (x: Tensor): Tensor => unary("relu", x);

/** x where x > 0, else alpha * x; Keras's alpha unless given. Throws ArgumentError if alpha is negative. */
export const leakyRelu = (x: Tensor, alpha = 0.3): Tensor =>
  unary("leakyRelu", x, notNegative("leakyRelu", alpha));

/** x where x > 0, else alpha * (exp(x) - 1). Throws ArgumentError if alpha is negative. */
export const elu = (x: Tensor, alpha = 1): Tensor => unary("elu", x, notNegative("elu", alpha));

/** The self-normalising elu: alpha 1.67326, times 1.0507. */
export const selu = (x: Tensor): Tensor => unary("selu", x, seluAlpha, seluScale);

/** 1 / (1 + exp(-x)). */
export const sigmoid = (x: Tensor): Tensor => unary("sigmoid", x);

export const tanh = (x: Tensor): Tensor => unary("tanh", x);

/** log(1 + exp(x)). */
export const softplus = (x: Tensor): Tensor => unary("softplus", x);

export const exp = (x: Tensor): Tensor => unary("exp", x);

/** Natural logarithm: NaN below 0, -infinity at 0. */
export const log = (x: Tensor): Tensor => unary("log", x);

/** Square root: NaN below 0; the derivative at 0 is infinite. */
export const sqrt = (x: Tensor): Tensor => unary("sqrt", x);

export const square = (x: Tensor): Tensor => unary("square", x);

/** |x|; the derivative at 0 is 0. */
export const abs = (x: Tensor): Tensor => unary("abs", x);

export const neg = (x: Tensor): Tensor => unary("affine", x, -1, 0, "neg");

/** factor * x. */
export const scale = (x: Tensor, factor: number): Tensor =>
  unary("affine", x, finite("scale", "factor", factor), 0, "scale");

/** x + value. */
export const addScalar = (x: Tensor, value: number): Tensor =>
  unary("affine", x, 1, finite("addScalar", "value", value), "addScalar");

/** x limited to [min, max]; the derivative is 1 within, ends included, and 0 outside. Throws ArgumentError if min > max. */
export function clip(x: Tensor, min: number, max: number): Tensor {
  if (!(finite("clip", "min", min) <= finite("clip", "max", max))) {
    throw new ArgumentError(`clip: min ${min} is above max ${max}.`);
  }
  return unary("clip", x, min, max);
}

/** x to a constant power: NaN where x is negative and the exponent not whole; x^0 is 1 for all x. */
export const powScalar = (x: Tensor, exponent: number): Tensor =>
  unary("pow", x, finite("pow", "exponent", exponent));

/** `op` is what the user calls it. */
function unary(name: UnaryName, x: Tensor, a = 0, b = 0, op: string = name): Tensor {
  requireFloat(op, "x", x);
  const { code, keeps }: UnaryRow = unaryTable[name];
  const options = { constants: { OP: code, A: a, B: b }, invocations: Math.ceil(x.size / 4) };
  const { y } = run(unaryForward, { x }, { y: like(x) }, options);
  const kept = keeps === "x" ? x : y;
  const fusable = Object.hasOwn(fusedActivationCodes, name);
  return differentiable(y, {
    inputs: [x],
    keeps: fusable || keeps === "nothing" ? [] : [kept],
    ...(fusable && { keepsIfUsed: [kept], activation: name }),
    backward: (dy, want) => {
      const dx = want(0);
      if (!dx) return [undefined];
      if (keeps === "nothing") {
        const slope = { ...options, constants: { OP: code, A: a, B: 0 } };
        return [run(unaryForward, { x: dy }, { y: dx }, slope).y];
      }
      return [run(unaryGradient, { dy, kept }, { dx }, options).dx];
    },
  });
}

function notNegative(op: string, alpha: number): number {
  checkOption(op, "alpha", alpha, () => alpha >= 0, "0 or above");
  return alpha;
}

function finite(op: string, name: string, value: number): number {
  checkOption(op, name, value, () => true, "a finite float32 number");
  return value;
}

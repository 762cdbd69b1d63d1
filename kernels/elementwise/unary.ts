/** @file What all unary ops share: a row of the table run on the GPU, and its gradient. */

import { fused } from "../../engine/autodiff/fusion.ts";
import { differentiable, type Rule } from "../../engine/autodiff/tape.ts";
import { like, run } from "../../engine/kernel.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { requireFloat } from "../shape/arguments.ts";
import { naiveOnly } from "../tuning/mode.ts";
import { fusedActivationCodes } from "./fused-activation.ts";
import { unaryForward, unaryGradient } from "./unary-kernels.ts";

/** A function of one number f(x), with up to two parameters a and b: all that is known of it outside the shaders. */
export interface UnaryRow {
  /** `const OP` of unary.wgsl and unary-gradient.wgsl */
  readonly code: number;
  /** what the derivative is computed from: the input, the output or neither */
  readonly keeps: "x" | "y" | "nothing";
  /** f(x) in float64, for references. */
  value(x: number, a: number, b: number): number;
  /** of the kept input or output `t` */
  derivative(t: number, a: number, b: number): number;
  /** floating-point operations per element: of the value, and of dy times the derivative */
  readonly flops: readonly [number, number];
  /** the op, of rows that are one op by their name */
  readonly op?: (x: Tensor, ...parameters: number[]) => Tensor;
  /** the names that Keras has for it as an activation */
  readonly activations?: readonly string[];
  /** of `op`, by name, with the values that checks give them */
  readonly parameters?: Readonly<Record<string, number>>;
  /** where checks take x from; -3 to 3 unless given */
  readonly range?: readonly [number, number];
  /** where the slope jumps */
  readonly kinks?: readonly number[];
}

/** y = f(x). `op` is what the user calls it. */
export function unary(op: string, row: UnaryRow, x: Tensor, a = 0, b = 0): Tensor {
  requireFloat(op, "x", x);
  const { code, keeps, flops }: UnaryRow = row;
  const [each, slopeEach] = flops;
  const options = { constants: { OP: code, A: a, B: b }, invocations: Math.ceil(x.size / 4) };
  const { y } = run(unaryForward, { x }, { y: like(x) }, { ...options, flops: each * x.size });
  const kept = keeps === "x" ? x : y;
  const rule: Rule = {
    inputs: [x],
    keeps: keeps === "nothing" ? [] : [kept],
    backward: (dy, want) => {
      const dx = want(0);
      if (!dx) return [undefined];
      if (keeps === "nothing") {
        const slope = { ...options, constants: { OP: code, A: a, B: 0 } };
        return [run(unaryForward, { x: dy }, { y: dx }, slope).y];
      }
      return [run(unaryGradient, { dy, kept }, { dx }, { ...options, flops: slopeEach * x.size }).dx];
    },
  };
  const fusable = Object.hasOwn(fusedActivationCodes, op) && !naiveOnly();
  return fusable ? fused(y, rule, { activation: op }) : differentiable(y, rule);
}

/** @file The unary functions: one row each of shader code, value and derivative. The reference computes with the rows. */

import { power } from "./binary-table.ts";

export interface UnaryRow {
  /** `const OP` of unary.wgsl and unary-gradient.wgsl */
  readonly code: number;
  /** what the derivative is computed from: the input, the output or neither */
  readonly keeps: "x" | "y" | "nothing";
  value(x: number, a: number, b: number): number;
  /** of the kept input or output `t` */
  derivative(t: number, a: number, b: number): number;
}

/** Klambauer et al. 2017, "Self-Normalizing Neural Networks". */
export const seluAlpha = 1.6732632423543772;
export const seluScale = 1.0507009873554805;

/** Where a function has no value it has no slope. */
const unlessNaN = (t: number, slope: number) => (Number.isNaN(t) ? t : slope);

const exponentialLinear = (x: number, alpha: number) => (x > 0 ? x : alpha * Math.expm1(x));

/** The codes of relu, sigmoid and tanh are those of the fused activations. */
export const unaryTable = {
  affine: {
    code: 0,
    keeps: "nothing",
    value: (x, a, b) => (b === 0 ? a * x : a * x + b),
    derivative: (_, a) => a,
  },
  relu: { code: 1, keeps: "y", value: (x) => Math.max(x, 0), derivative: (y) => unlessNaN(y, y > 0 ? 1 : 0) },
  sigmoid: { code: 2, keeps: "y", value: (x) => 1 / (1 + Math.exp(-x)), derivative: (y) => y * (1 - y) },
  tanh: { code: 3, keeps: "y", value: Math.tanh, derivative: (y) => 1 - y * y },
  leakyRelu: {
    code: 4,
    keeps: "y",
    value: (x, a) => (x > 0 ? x : a * x),
    derivative: (y, a) => unlessNaN(y, y > 0 ? 1 : a),
  },
  elu: { code: 5, keeps: "y", value: exponentialLinear, derivative: (y, a) => (y > 0 ? 1 : y + a) },
  selu: {
    code: 6,
    keeps: "y",
    value: (x, a, b) => b * exponentialLinear(x, a),
    derivative: (y, a, b) => (y > 0 ? b : y + a * b),
  },
  softplus: {
    code: 7,
    keeps: "y",
    value: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    derivative: (y) => -Math.expm1(-y),
  },
  exp: { code: 8, keeps: "y", value: Math.exp, derivative: (y) => y },
  log: { code: 9, keeps: "x", value: Math.log, derivative: (x) => 1 / x },
  sqrt: { code: 10, keeps: "y", value: Math.sqrt, derivative: (y) => 0.5 / y },
  square: { code: 11, keeps: "x", value: (x) => x * x, derivative: (x) => 2 * x },
  abs: { code: 12, keeps: "x", value: Math.abs, derivative: Math.sign },
  clip: {
    code: 13,
    keeps: "x",
    value: (x, a, b) => Math.min(Math.max(x, a), b),
    derivative: (x, a, b) => unlessNaN(x, x >= a && x <= b ? 1 : 0),
  },
  pow: { code: 14, keeps: "x", value: power, derivative: (x, a) => (a === 0 ? 0 : a * power(x, a - 1)) },
} as const satisfies Record<string, UnaryRow>;

export type UnaryName = keyof typeof unaryTable;

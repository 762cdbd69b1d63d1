/** @file The binary functions: one row each of shader code, value and partial derivatives, as the reference computes them. */

export interface BinaryRow {
  /** `const OP` of binary.wgsl and binary-gradient.wgsl */
  readonly code: number;
  value(a: number, b: number): number;
  byA(a: number, b: number): number;
  byB(a: number, b: number): number;
}

/** The pow of IEEE 754, NumPy and PyTorch: unlike JavaScript's it is 1 for base 1, and for base -1 where b is infinite. */
export function power(a: number, b: number): number {
  return a === 1 || (a === -1 && Math.abs(b) === Number.POSITIVE_INFINITY) ? 1 : a ** b;
}

/**
 * Of equal values maximum and minimum pass the whole gradient to `a`, as TensorFlow does. If one is NaN they are NaN, and the
 * gradient goes to it. The slopes of pow are PyTorch's: 0 by a where b is 0, and 0 by b where a is 0 and b is not below it.
 */
export const binaryTable = {
  add: { code: 0, value: (a, b) => a + b, byA: () => 1, byB: () => 1 },
  sub: { code: 1, value: (a, b) => a - b, byA: () => 1, byB: () => -1 },
  mul: { code: 2, value: (a, b) => a * b, byA: (_, b) => b, byB: (a) => a },
  div: { code: 3, value: (a, b) => a / b, byA: (_, b) => 1 / b, byB: (a, b) => -a / (b * b) },
  maximum: {
    code: 4,
    value: (a, b) => Math.max(a, b),
    byA: (a, b) => (Number.isNaN(a) || a >= b ? 1 : 0),
    byB: (a, b) => (Number.isNaN(a) || a >= b ? 0 : 1),
  },
  minimum: {
    code: 5,
    value: (a, b) => Math.min(a, b),
    byA: (a, b) => (Number.isNaN(a) || a <= b ? 1 : 0),
    byB: (a, b) => (Number.isNaN(a) || a <= b ? 0 : 1),
  },
  pow: {
    code: 6,
    value: power,
    byA: (a, b) => (b === 0 ? 0 : b * power(a, b - 1)),
    byB: (a, b) => (a === 0 && b >= 0 ? 0 : power(a, b) * Math.log(a)),
  },
} as const satisfies Record<string, BinaryRow>;

export type BinaryName = keyof typeof binaryTable;

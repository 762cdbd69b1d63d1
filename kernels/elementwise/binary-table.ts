/** @file The binary functions: one row each of shader code, value and partial derivatives, as the reference computes them. */

export interface BinaryRow {
  /** `const OP` of binary.wgsl and binary-gradient.wgsl */
  readonly code: number;
  value(a: number, b: number): number;
  byA(a: number, b: number): number;
  byB(a: number, b: number): number;
}

/** Of equal values maximum and minimum pass the whole gradient to `a`, as TensorFlow does. */
export const binaryTable = {
  add: { code: 0, value: (a, b) => a + b, byA: () => 1, byB: () => 1 },
  sub: { code: 1, value: (a, b) => a - b, byA: () => 1, byB: () => -1 },
  mul: { code: 2, value: (a, b) => a * b, byA: (_, b) => b, byB: (a) => a },
  div: { code: 3, value: (a, b) => a / b, byA: (_, b) => 1 / b, byB: (a, b) => -a / (b * b) },
  maximum: {
    code: 4,
    value: (a, b) => Math.max(a, b),
    byA: (a, b) => (a >= b ? 1 : 0),
    byB: (a, b) => (a >= b ? 0 : 1),
  },
  minimum: {
    code: 5,
    value: (a, b) => Math.min(a, b),
    byA: (a, b) => (a <= b ? 1 : 0),
    byB: (a, b) => (a <= b ? 0 : 1),
  },
  pow: {
    code: 6,
    value: (a, b) => a ** b,
    byA: (a, b) => (b === 0 ? 0 : b * a ** (b - 1)),
    byB: (a, b) => (a === 0 ? 0 : a ** b * Math.log(a)),
  },
} as const satisfies Record<string, BinaryRow>;

export type BinaryName = keyof typeof binaryTable;

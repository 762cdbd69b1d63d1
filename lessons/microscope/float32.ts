/**
 * @file Expressions in float32, operation by operation. A compiler may contract a product and the addition after it into one fused
 * multiply-add, which rounds once where two operations round twice: both ways are computed, and the kernel's result tells which.
 */
import type { Expression, Sum } from "./expression.ts";

/** Whether products are rounded before they are added, or enter a fused multiply-add. */
export type Contraction = "separate" | "fused";

const word = new DataView(new ArrayBuffer(8));

/** a * b + c of float32 numbers, rounded once. */
export function fusedMultiplyAdd(a: number, b: number, c: number): number {
  const product = a * b; // exact: 24 + 24 bits
  const sum = product + c;
  if (!Number.isFinite(sum)) return Math.fround(sum);
  const back = sum - product;
  const error = product - (sum - back) + (c - back); // what the sum in float64 has lost, exactly
  if (error === 0) return Math.fround(sum);
  word.setFloat64(0, sum);
  const bits = word.getBigInt64(0);
  if (bits % 2n !== 0n) return Math.fround(sum);
  // Rounded to odd: the lost part lies on the other side of no float32 boundary any more.
  const away = error > 0 === sum > 0;
  word.setBigInt64(0, away ? bits + 1n : bits - 1n);
  return Math.fround(word.getFloat64(0));
}

/** The value of an expression in float32. */
export function evaluate(expression: Expression, contraction: Contraction): number {
  switch (expression.kind) {
    case "element":
    case "constant":
      return Math.fround(expression.value);
    case "sum":
      return sumOf(expression, contraction);
    case "product":
      return productOf(expression.factors.map((factor) => evaluate(factor, contraction)));
    default:
      return Math.fround(expression.compute(...expression.args.map((arg) => evaluate(arg, contraction))));
  }
}

/** `total` and one term more. */
export function added(total: number, term: Expression, contraction: Contraction): number {
  if (contraction === "separate") return Math.fround(total + evaluate(term, contraction));
  const [sign, product] =
    term.kind === "call" && term.form === "prefix" ? ([-1, term.args[0]!] as const) : ([1, term] as const);
  if (product.kind !== "product" || product.factors.length < 2)
    return Math.fround(total + evaluate(term, contraction));
  const factors = product.factors.map((factor) => evaluate(factor, contraction));
  return fusedMultiplyAdd(sign * productOf(factors.slice(0, -1)), factors.at(-1)!, total);
}

function sumOf({ terms, start }: Sum, contraction: Contraction): number {
  const [first, second, ...others] = terms;
  if (start === "zero" || !first) return terms.reduce((total, term) => added(total, term, contraction), 0);
  if (!second) return evaluate(first, contraction);
  // a * b + c: the product comes first, and the other term is what it is added to
  const swapped = contraction === "fused" && first.kind === "product" && second.kind !== "product";
  const [begin, next] = swapped ? [second, first] : [first, second];
  const begun = added(evaluate(begin, contraction), next, contraction);
  return others.reduce((total, term) => added(total, term, contraction), begun);
}

function productOf(factors: readonly number[]): number {
  return factors.reduce((product, factor) => Math.fround(product * factor));
}

/** How many float32 numbers `b` is away from `a`; infinite if one is NaN and the other is not. */
export function unitsApart(a: number, b: number): number {
  if (Object.is(a, b) || a === b) return 0;
  if (Number.isNaN(a) || Number.isNaN(b))
    return Number.isNaN(a) && Number.isNaN(b) ? 0 : Number.POSITIVE_INFINITY;
  return Math.abs(place(a) - place(b));
}

/** The number of a float32 in the order of all. */
function place(value: number): number {
  word.setFloat32(0, value);
  const bits = word.getInt32(0);
  return bits < 0 ? -(bits & 0x7fffffff) : bits;
}

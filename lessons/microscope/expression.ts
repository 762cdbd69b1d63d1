/**
 * @file How a kernel computes one number, as a tree: elements of what it reads, constants, and what is done with them in the
 * kernel's own order, so that float32 arithmetic on the tree comes to the kernel's bits.
 */

/** An element that the kernel reads; or one of those that it writes (side "out"), which it goes on computing with. */
export interface Element {
  readonly kind: "element";
  readonly side: "in" | "out";
  /** of the binding */
  readonly binding: string;
  /** its index in row-major order */
  readonly at: number;
  readonly value: number;
}

/** A number that the shader's text or the launch gives; `name` as the shader calls it. */
export interface Constant {
  readonly kind: "constant";
  readonly name: string | undefined;
  readonly value: number;
}

/** Terms added one after the other, by a loop that starts at 0 unless `start` says that the first is taken as it is. */
export interface Sum {
  readonly kind: "sum";
  readonly terms: readonly Expression[];
  readonly start: "zero" | "first";
}

/** Factors multiplied from left to right. */
export interface Product {
  readonly kind: "product";
  readonly factors: readonly Expression[];
}

/** A function of some numbers: exp(x), a / b, max(a, b, ...). */
export interface Call {
  readonly kind: "call";
  readonly name: string;
  readonly args: readonly Expression[];
  /** of the arguments, in float64; rounded to float32 afterwards */
  readonly compute: (...args: number[]) => number;
  /** where the arguments go, with `name` between or before them */
  readonly form: "infix" | "function" | "prefix";
}

export type Expression = Element | Constant | Sum | Product | Call;

export function constant(value: number, name?: string): Constant {
  return { kind: "constant", name, value: Math.fround(value) };
}

/** What a loop adds up, starting from 0. */
export function loop(terms: readonly Expression[]): Sum {
  return { kind: "sum", terms, start: "zero" };
}

/** a + b + ... */
export function plus(...terms: readonly Expression[]): Sum {
  return { kind: "sum", terms, start: "first" };
}

/** a - b */
export function minus(a: Expression, b: Expression): Sum {
  return plus(a, negative(b));
}

export function negative(a: Expression): Call {
  return { kind: "call", name: "-", args: [a], compute: (x) => -x, form: "prefix" };
}

export function times(...factors: readonly Expression[]): Product {
  return { kind: "product", factors };
}

export function over(a: Expression, b: Expression): Call {
  return { kind: "call", name: "/", args: [a, b], compute: (x, y) => x / y, form: "infix" };
}

/** name(args...) */
export function call(name: string, compute: Call["compute"], ...args: readonly Expression[]): Call {
  return { kind: "call", name, args, compute, form: "function" };
}

/** The larger or largest; NaN if one is. */
export function largest(...args: readonly Expression[]): Call {
  return call("max", (...values) => values.reduce((a, b) => Math.max(a, b)), ...args);
}

export function exponential(a: Expression): Call {
  return call("exp", Math.exp, a);
}

export function logarithm(a: Expression): Call {
  return call("log", Math.log, a);
}

export function squareRoot(a: Expression): Call {
  return call("sqrt", Math.sqrt, a);
}

/** The parts that an expression is directly made of. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "sum":
      return expression.terms;
    case "product":
      return expression.factors;
    case "call":
      return expression.args;
    default:
      return [];
  }
}

/** Every element in it, in the order in which the kernel reads them. */
export function elementsOf(expression: Expression): Element[] {
  const found: Element[] = [];
  const visit = (part: Expression): void => {
    if (part.kind === "element") found.push(part);
    else for (const inner of partsOf(part)) visit(inner);
  };
  visit(expression);
  return found;
}

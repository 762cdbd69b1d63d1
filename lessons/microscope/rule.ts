/** @file What the microscope knows of a kernel: how each number that it writes comes about, and where each that it reads goes. */
import type { Shape } from "../../engine/shape.ts";
import { type Element, type Expression, elementsOf, partsOf, type Sum } from "./expression.ts";

/** A launch whose operands are in main memory: those it reads as it found them, those it writes as it left them. */
export interface OpenLaunch {
  /** the kernel's id */
  readonly kernel: string;
  /** a number of the shader's constants: as the launch set it, else as the file has it */
  constant(name: string): number;
  /** a constant of type bool */
  flag(name: string): boolean;
  shape(binding: string): Shape;
  /** elements of an operand */
  size(binding: string): number;
  /** one element of what the launch reads */
  read(binding: string, at: number): Element;
  /** one element of what it writes, which it computes other numbers from */
  wrote(binding: string, at: number): Element;
  /** the bits of one element of what the launch reads, as u32 */
  word(binding: string, at: number): number;
}

/** A number that a launch writes, and what an element is in it. */
export interface Use {
  /** the binding that is written */
  readonly output: string;
  /** index in it, row-major */
  readonly at: number;
  /** the term in which the element stands, where that is known without the whole formula */
  readonly term?: Expression;
}

/** One kernel. */
export interface KernelRule {
  /** its id: conv2d/forward.naive */
  readonly kernel: string;
  /** how the line of the shader begins in which the number is computed */
  line(launch: OpenLaunch, output: string): string;
  /** how `output[at]` was computed */
  formula(launch: OpenLaunch, output: string, at: number): Expression;
  /** every number that `binding[at]`, which is read, is used in, once each */
  uses(launch: OpenLaunch, binding: string, at: number): Iterable<Use>;
  /** the same for what is written and computed with in the same launch; nothing is, unless given */
  usesWithin?(launch: OpenLaunch, binding: string, at: number): Iterable<Use>;
}

/** The uses of kernels that compute `outputs[at]` from elements of the same index, and no others. */
export function elementByElement(...outputs: readonly string[]): KernelRule["uses"] {
  return (_launch, _binding, at) => outputs.map((output) => ({ output, at }));
}

/** Whether a formula is computed with an element. */
export function standsIn(formula: Expression, { binding, at, side }: ElementPlace): boolean {
  return elementsOf(formula).some(
    (element) => element.binding === binding && element.at === at && element.side === side,
  );
}

type ElementPlace = Pick<Element, "binding" | "at" | "side">;

/** The term of a sum in which an element stands; all of the formula if that is no sum. Undefined if it does not stand in it. */
export function termWith(formula: Expression, wanted: ElementPlace): Expression | undefined {
  if (!standsIn(formula, wanted)) return undefined;
  const terms = mainSum(formula)?.terms.flatMap(termsWithin);
  return terms?.find((term) => standsIn(term, wanted)) ?? formula;
}

/** Terms of a sum, those of sums within it in their place. */
export function termsWithin(expression: Expression): readonly Expression[] {
  return expression.kind === "sum" ? expression.terms.flatMap(termsWithin) : [expression];
}

/** The sum that makes the number: that of a loop before others, then the one with most terms, on the way from the top of the formula. */
export function mainSum(formula: Expression): Sum | undefined {
  if (formula.kind === "sum") return formula;
  const rank = (sum: Sum) => (sum.start === "zero" ? 1e9 : 0) + termsWithin(sum).length;
  const sums = partsOf(formula)
    .map(mainSum)
    .filter((sum) => sum !== undefined);
  return sums.toSorted((a, b) => rank(b) - rank(a))[0];
}

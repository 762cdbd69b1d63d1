/** @file A sum, nested as the kernel has it, as the row of its terms with what is added up after each. */
import type { Expression, Sum } from "./expression.ts";
import { added, type Contraction, evaluate } from "./float32.ts";

/** Terms of a sum, those of sums within it counted one by one. */
export function termCount(sum: Expression): number {
  return sum.kind === "sum" ? sum.terms.reduce((count, term) => count + termCount(term), 0) : 1;
}

/** One term, and the total once it is in. */
export interface Step {
  readonly term: Expression;
  readonly value: number;
  readonly running: number;
}

/** The terms of a sum, with those of sums within it in their place, and what is added up after each. */
export function stepsOf(sum: Sum, contraction: Contraction): Step[] {
  const steps: Step[] = [];
  /** `whole`: what all of the sum is once this part of it has come to `partial` */
  const walk = (inner: Sum, whole: (partial: number) => number): number => {
    let total = 0;
    for (const [i, term] of inner.terms.entries()) {
      const before = total;
      const first = i === 0 && inner.start === "first";
      if (term.kind === "sum") {
        const onTop = (partial: number) => whole(first ? partial : Math.fround(before + partial));
        const partial = walk(term, onTop);
        total = first ? partial : Math.fround(before + partial);
        continue;
      }
      total = first ? evaluate(term, contraction) : added(before, term, contraction);
      steps.push({ term, value: evaluate(term, contraction), running: whole(total) });
    }
    return total;
  };
  walk(sum, (partial) => partial);
  return steps;
}

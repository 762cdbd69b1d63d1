/** @file How much a number has in another one that was computed from it. */
import { type Element, type Expression, elementsOf } from "./expression.ts";
import { mainSum } from "./rule.ts";
import { stepsOf } from "./sums.ts";

/** More elements than this are not moved one by one to find their slopes. */
const mostSlopes = 1024;

/** Of each element its part in the formula: the size of its term, or where there is no plain sum of its slope times itself. */
export function weightsOf(formula: Expression): Map<Element, number> {
  const sum = mainSum(formula);
  const elements = elementsOf(formula);
  const plain =
    formula === sum ||
    (formula.kind === "product" && formula.factors.every((part) => part === sum || part.kind === "constant"));
  if (plain && sum) {
    const steps = stepsOf(sum, "separate");
    return new Map(
      steps.flatMap(({ term, value }) =>
        elementsOf(term).map((element) => [element, Math.abs(value)] as const),
      ),
    );
  }
  if (elements.length > mostSlopes)
    return new Map(elements.map((element) => [element, Math.abs(element.value)]));
  return new Map(elements.map((element) => [element, weightIn(formula, element)]));
}

/** How much an expression changes with an element, times the element: for a product its size. */
export function weightIn(
  expression: Expression,
  { binding, at, side }: Pick<Element, "binding" | "at" | "side">,
): number {
  const same = (element: Element) =>
    element.binding === binding && element.at === at && element.side === side;
  const element = elementsOf(expression).find(same);
  if (!element) return 0;
  const step = Math.max(Math.abs(element.value), 1e-6) * 1e-4;
  const at64 = (value: number) => inFloat64(expression, (other) => (same(other) ? value : other.value));
  const slope = (at64(element.value + step) - at64(element.value - step)) / (2 * step);
  return Math.abs(slope * element.value);
}

function inFloat64(expression: Expression, numberOf: (element: Element) => number): number {
  const value = (part: Expression) => inFloat64(part, numberOf);
  switch (expression.kind) {
    case "element":
      return numberOf(expression);
    case "constant":
      return expression.value;
    case "sum":
      return expression.terms.reduce((sum, term) => sum + value(term), 0);
    case "product":
      return expression.factors.reduce((product, factor) => product * value(factor), 1);
    default:
      return expression.compute(...expression.args.map(value));
  }
}

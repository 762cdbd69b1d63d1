/** @file Float32 numbers and formulas as text. */
import { type Call, type Element, type Expression, partsOf } from "./expression.ts";

/** The shortest decimal that is this float32 number and no other. */
export function exactly(value: number): string {
  for (let digits = 1; digits <= 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return plain(Number(text));
  }
  return plain(value);
}

/** Six digits. */
export function shortly(value: number): string {
  return plain(Number(value.toPrecision(6)));
}

/** 0x3f800000 */
export function bitsOf(value: number): string {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  return `0x${bits.toString(16).padStart(8, "0")}`;
}

function plain(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** How the parts of a formula are written. */
export interface Style {
  element(element: Element): string;
  constant(value: number, name: string | undefined): string;
  /** a function of many numbers: "max of x[0,0] to x[0,9]", or its value */
  many(call: Call): string;
  /** what stands for a sum that is shown on its own */
  readonly total?: { readonly sum: Expression; readonly text: string } | undefined;
}

/** More are not written out. */
const mostArguments = 4;

const strengths = { "+": 1, "-": 1, "*": 2, "/": 2 } as const;

/** A formula in one line; `around` is how strongly what stands next to it binds. */
export function written(expression: Expression, style: Style, around = 0): string {
  if (expression === style.total?.sum) return style.total.text;
  const wrapped = (text: string, strength: number) => (strength < around ? `(${text})` : text);
  const parts = partsOf(expression);
  switch (expression.kind) {
    case "element":
      return signed(style.element(expression), around);
    case "constant":
      return signed(style.constant(expression.value, expression.name), around);
    case "sum":
      return wrapped(sumText(parts, style), strengths["+"]);
    case "product":
      return wrapped(parts.map((part) => written(part, style, strengths["*"])).join(" * "), strengths["*"]);
    default:
      break;
  }
  if (expression.form === "prefix") return wrapped(`-${written(parts[0]!, style, 3)}`, strengths["*"]);
  if (expression.form === "infix") {
    const [left, right] = [written(parts[0]!, style, strengths["/"]), written(parts[1]!, style, 3)];
    return wrapped(`${left} ${expression.name} ${right}`, strengths["/"]);
  }
  if (parts.length > mostArguments) return style.many(expression);
  return `${expression.name}(${parts.map((part) => written(part, style)).join(", ")})`;
}

/** A negative number next to an operator stands in parentheses. */
function signed(text: string, around: number): string {
  return around > 0 && text.startsWith("-") ? `(${text})` : text;
}

function sumText(terms: readonly Expression[], style: Style): string {
  if (terms.length === 0) return "0";
  return terms
    .map((term, i) => {
      const negative = term.kind === "call" && term.form === "prefix";
      if (i === 0) return written(term, style, negative ? 0 : strengths["+"]);
      if (negative) return ` - ${written(term.args[0]!, style, strengths["*"])}`;
      return ` + ${written(term, style, strengths["+"])}`;
    })
    .join("");
}

/**
 * @file The microscope: any number of a recorded step as the sum that made it, in the kernel's own order and arithmetic, and the
 * numbers that it went into. Everything that it gives is plain data, to be sent from a worker to its page.
 */
import { ArgumentError } from "../../engine/errors.ts";
import type { LaunchRecord } from "../../engine/record/launch-record.ts";
import type { NamedTensor } from "../../engine/record/named-step.ts";
import { sizeOf } from "../../engine/shape.ts";
import { findLines, type SourceLines } from "../explain/source.ts";
import { Elements, indicesOf, type Place } from "./elements.ts";
import { type Call, type Element, type Expression, elementsOf, type Sum } from "./expression.ts";
import { type Contraction, evaluate, unitsApart } from "./float32.ts";
import { exactly, type Style, shortly, written } from "./numbers.ts";
import { openLaunch } from "./open-launch.ts";
import { mainSum, type OpenLaunch, termWith } from "./rule.ts";
import { requireRule, ruleOf } from "./rules.ts";
import { weightIn, weightsOf } from "./shares.ts";
import { stepsOf, termCount } from "./sums.ts";

/** A number with its name and place. */
export interface Number32 extends Place {
  /** conv2d_1/kernel[2,1,0,7], or the binding of the kernel: dy[0,3,2,7] */
  readonly name: string;
  /** one index per axis of what is bound */
  readonly index: readonly number[];
  /** that binds it */
  readonly kernel: string;
  readonly value: number;
}

/** One term of a sum. */
export interface Term {
  /** its place in the kernel's order, from 0 */
  readonly order: number;
  /** the elements in it, in the order in which they are multiplied */
  readonly factors: readonly Number32[];
  /** with names and with values */
  readonly letters: string;
  readonly numbers: string;
  readonly value: number;
  /** what the kernel has added up once it is in */
  readonly running: number;
}

/** A sum of many terms: the largest, and the others folded. */
export interface SumOfTerms {
  readonly count: number;
  /** the largest first */
  readonly terms: readonly Term[];
  readonly rest: { readonly count: number; readonly value: number };
  /** after the last term, in the kernel's order */
  readonly total: number;
}

/** How one number came about. */
export interface Explanation {
  readonly number: Number32;
  readonly kernel: string;
  /** of the shader; undefined for copies and clears, which have none */
  readonly source: SourceLines | undefined;
  /** with names and with values; "total" is the sum below */
  readonly letters: string;
  readonly numbers: string;
  readonly sum: SumOfTerms | undefined;
  /** the formula in float32, operation by operation */
  readonly computed: number;
  /** whether products enter a fused multiply-add, or are rounded first: whichever comes to the kernel's bits, or nearer */
  readonly contraction: Contraction;
  /** float32 numbers between `computed` and what the kernel wrote: 0 if they have the same bits */
  readonly unitsApart: number;
}

/** A number, and how much it is in another one: the size of the term, or of the slope times the number. */
export interface Share {
  readonly number: Number32;
  readonly weight: number;
}

export interface MicroscopeOptions {
  /** terms and shares that are listed; 12 unless given */
  readonly terms?: number;
}

export class Microscope {
  readonly elements: Elements;
  readonly #record: LaunchRecord;
  readonly #open = new Map<number, Promise<OpenLaunch>>();

  constructor(record: LaunchRecord, named: readonly NamedTensor[] = []) {
    this.#record = record;
    this.elements = new Elements(record, named);
  }

  /** A number by its place. */
  async number(place: Place): Promise<Number32> {
    const operand = this.elements.operandOf(place);
    if (!(Number.isInteger(place.at) && place.at >= 0 && place.at < sizeOf(operand.shape)))
      throw new ArgumentError(`microscope: ${place.binding} has no element ${place.at}.`);
    const values = await this.#record.values(operand, place.launch, place.side === "in" ? "before" : "after");
    return this.#numberOf(place, values[place.at]!);
  }

  /** How a number came about; undefined for what was there before the step. */
  async explain(place: Place, { terms = 12 }: MicroscopeOptions = {}): Promise<Explanation | undefined> {
    const made = this.elements.makerOf(place);
    if (!made) return undefined;
    const launch = await this.#launch(made.launch);
    const rule = requireRule(launch.kernel);
    const number = await this.number(made);
    const formula = rule.formula(launch, made.binding, made.at);
    const { contraction, computed, apart } = arithmeticOf(formula, number.value);
    const sum = mainSum(formula);
    const many = sum !== undefined && termCount(sum) > 3;
    const line = rule.line(launch, made.binding);
    return {
      number,
      kernel: launch.kernel,
      source: line ? findLines(launch.kernel, line) : undefined,
      letters: written(formula, {
        ...this.#letters(made.launch),
        total: many ? { sum, text: "total" } : undefined,
      }),
      numbers: written(formula, {
        ...numbersStyle,
        total: many ? { sum, text: exactly(evaluate(sum, contraction)) } : undefined,
      }),
      sum: many ? this.#sumOf(made.launch, sum, contraction, terms) : undefined,
      computed,
      contraction,
      unitsApart: apart,
    };
  }

  /** The elements that a number was made from, those with the largest part in it first; each may be asked about in turn. */
  async contributors(place: Place, { terms = 12 }: MicroscopeOptions = {}): Promise<Share[]> {
    const made = this.elements.makerOf(place);
    if (!made) return [];
    const launch = await this.#launch(made.launch);
    const formula = requireRule(launch.kernel).formula(launch, made.binding, made.at);
    const weights = weightsOf(formula);
    const largest = [...weights].toSorted(([, a], [, b]) => b - a).slice(0, terms);
    return largest.map(([element, weight]) => ({ number: this.#elementOf(made.launch, element), weight }));
  }

  /** The numbers that were computed from this one, those in which it is largest first, in every launch that reads it. */
  async consequences(place: Place, { terms = 12 }: MicroscopeOptions = {}): Promise<Share[]> {
    const made = this.elements.makerOf(place);
    const own = made && { ...made, within: true };
    const reads = [
      ...(own ? [own] : []),
      ...this.elements.readersOf(place).map((read) => ({ ...read, within: false })),
    ];
    const found: { readonly place: Place; readonly weight: number }[] = [];
    for (const { launch: index, binding, at, within } of reads) {
      const launch = await this.#launch(index);
      const rule = ruleOf(launch.kernel);
      const uses = within ? rule?.usesWithin?.(launch, binding, at) : rule?.uses(launch, binding, at);
      if (!rule || !uses) continue;
      const side = within ? ("out" as const) : ("in" as const);
      for (const { output, at: to, term } of uses) {
        const own = term ?? termWith(rule.formula(launch, output, to), { side, binding, at });
        if (!own) continue;
        const weight = weightIn(own, { side, binding, at });
        found.push({ place: { launch: index, binding: output, side: "out", at: to }, weight });
      }
    }
    const largest = found.toSorted((a, b) => b.weight - a.weight).slice(0, terms);
    return Promise.all(
      largest.map(async ({ place: to, weight }) => ({ number: await this.number(to), weight })),
    );
  }

  #launch(index: number): Promise<OpenLaunch> {
    const known = this.#open.get(index);
    if (known) return known;
    const opened = openLaunch(this.#record, this.elements.launches[index]!);
    this.#open.set(index, opened);
    return opened;
  }

  #numberOf(place: Place, value: number): Number32 {
    const { launch, binding, side, at } = place;
    const { shape } = this.elements.operandOf(place);
    const name = this.elements.labelOf(place);
    const kernel = this.elements.launches[launch]!.what;
    return { launch, binding, side, at, name, kernel, index: indicesOf(at, shape), value };
  }

  #elementOf(launch: number, { binding, side, at, value }: Element): Number32 {
    return this.#numberOf({ launch, binding, side, at }, value);
  }

  /** Formulas with names: elements by what they are called, constants as in the shader. */
  #letters(launch: number): Style {
    const element = ({ binding, side, at }: Element) => this.elements.labelOf({ launch, binding, side, at });
    const many = (folded: Call) => {
      const names = elementsOf(folded).map(element);
      return `${folded.name}(${names[0]} to ${names.at(-1)})`;
    };
    return { element, many, constant: (value, name) => name ?? shortly(value) };
  }

  #sumOf(launch: number, sum: Sum, contraction: Contraction, most: number): SumOfTerms {
    const steps = stepsOf(sum, contraction).filter(({ term }) => term.kind !== "constant"); // of lanes that add nothing
    const sizes = steps.map(({ value }, i) => [Math.abs(value), i] as const);
    const chosen = sizes.toSorted(([a], [b]) => b - a).slice(0, most);
    const listed = new Set(chosen.map(([, i]) => i));
    const rest = steps.filter((_, i) => !listed.has(i));
    const terms = chosen.map(([, order]): Term => {
      const { term, value, running } = steps[order]!;
      return {
        order,
        factors: elementsOf(term).map((element) => this.#elementOf(launch, element)),
        letters: written(term, this.#letters(launch)),
        numbers: written(term, numbersStyle),
        value,
        running,
      };
    });
    const folded = rest.reduce((sumSoFar, { value }) => sumSoFar + value, 0);
    return {
      count: steps.length,
      terms,
      rest: { count: rest.length, value: folded },
      total: evaluate(sum, contraction),
    };
  }
}

/** Formulas with the numbers themselves. */
const numbersStyle: Style = {
  element: ({ value }) => shortly(value),
  constant: (value) => shortly(value),
  many: (folded) => shortly(evaluate(folded, "separate")),
};

/** The arithmetic that comes to the kernel's result, or nearest to it. */
function arithmeticOf(formula: Expression, result: number) {
  const ways = (["separate", "fused"] as const).map((contraction) => {
    const computed = evaluate(formula, contraction);
    return { contraction, computed, apart: unitsApart(computed, result) };
  });
  return ways[1]!.apart < ways[0]!.apart ? ways[1]! : ways[0]!;
}

/** @file The explanation of a number as text for a terminal. */

import { Page } from "../explain/page.ts";
import { clipped, wrap } from "../text.ts";
import type { CentralDifference } from "./central-difference.ts";
import type { AddressExplanation } from "./explain-address.ts";
import type { Explanation, Share, SumOfTerms, Term } from "./microscope.ts";
import { bitsOf, exactly, shortly } from "./numbers.ts";

/** Characters of a name in a table. */
const longestName = 40;

/** From its value to what the step makes of it. */
export function addressPage(explanation: AddressExplanation): Page {
  const { address, kind, value, gradient, forward, backward, update } = explanation;
  const page = new Page().title(address).figure(facts(explanation));
  if (forward.length > 0) {
    page.section(`The value, ${shortly(value)}`);
    addChain(page, forward);
  }
  if (gradient !== undefined) {
    page.section(`The gradient, ${shortly(gradient)}: how much the loss grows for each unit that this grows`);
    if (backward.length > 0) addChain(page, backward);
    else page.text("It is there without a launch of the step.");
  }
  if (explanation.difference && gradient !== undefined) addDifference(page, explanation.difference, gradient);
  if (update) {
    page.section(kind === "weight" && gradient === undefined ? "What the step makes of it" : "The update");
    addChain(page, [update]);
  }
  if (explanation.consequences.length > 0) {
    page.section("Where it goes: the numbers in which it is largest");
    page.figure(shareLines(explanation.consequences));
  }
  return page;
}

function facts({ value, gradient, difference, update }: AddressExplanation): string[] {
  const rows: [string, string][] = [["value", `${exactly(value)}   ${bitsOf(value)}`]];
  if (gradient !== undefined) rows.push(["gradient", `${exactly(gradient)}   ${bitsOf(gradient)}`]);
  if (difference) rows.push(["central difference", shortly(difference.slope)]);
  if (update)
    rows.push(["after the step", `${exactly(update.number.value)}   ${bitsOf(update.number.value)}`]);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${name.padEnd(width)}   ${text}`);
}

function addChain(page: Page, chain: readonly Explanation[]): void {
  for (const explanation of chain) {
    page.figure([...equation(explanation), ...(explanation.sum ? ["", ...sumLines(explanation.sum)] : [])]);
    page.figure([verdict(explanation)]);
    if (explanation.source) page.source(explanation.source);
  }
}

/** name = formula, and below it with numbers. */
function equation({ number, letters, numbers }: Explanation): string[] {
  const inner = (text: string) =>
    wrap(text, "      ", 96).map((line, i) => (i === 0 ? line.trimStart() : line));
  const [first, ...others] = inner(letters);
  const [value, ...more] = inner(numbers);
  return [number.name, `  = ${first}`, ...others, `  = ${value}`, ...more];
}

/** Whether the arithmetic came to the kernel's bits. */
function verdict({ number, computed, unitsApart, contraction, kernel }: Explanation): string {
  const how = contraction === "fused" ? " with fused multiply-adds" : "";
  const result = `= ${exactly(number.value)} (${bitsOf(number.value)})`;
  if (unitsApart === 0) return `${result}: in this order${how} float32 comes to these bits`;
  if (!Number.isFinite(unitsApart))
    return `${result}: ${kernel} wrote this, float32 comes to ${computed} here`;
  const steps = unitsApart === 1 ? "the next float32 number" : `${unitsApart} float32 numbers away`;
  return `${result}: float32 comes to ${exactly(computed)} here, ${steps}`;
}

/** The largest terms, the rest folded, and the total. */
function sumLines({ count, terms, rest, total }: SumOfTerms): string[] {
  const head = `${count.toLocaleString("en")} terms, the largest first; "total" is what is added up after each in the kernel's order`;
  const rows = terms.map(cellsOf(terms));
  const title = [["#", ...factorTitles(terms), "", "term", "total"]];
  const lines = columnsOf([...title, ...rows]);
  const others = rest.count.toLocaleString("en");
  const folded =
    rest.count > 0 ? [`and ${others} other${rest.count === 1 ? "" : "s"}: ${shortly(rest.value)}`] : [];
  return [head, ...lines, ...folded, `total ${exactly(total)}`];
}

/** Names of the factors, where all terms have factors of the same tensors. */
function factorTitles(terms: readonly Term[]): string[] {
  return sharedNames(terms) ?? [""];
}

function sharedNames(terms: readonly Term[]): string[] | undefined {
  const names = terms.map(({ factors }) => factors.map(({ name }) => split(name)[0]));
  const [first] = names;
  const alike = names.every((row) => row.join("\n") === first?.join("\n"));
  return alike && first && first.length > 0 && first.length <= 2 ? first : undefined;
}

/** A name and its indices. */
function split(name: string): readonly [string, string] {
  const bracket = name.indexOf("[");
  return bracket < 0 ? [name, ""] : [name.slice(0, bracket), name.slice(bracket)];
}

function cellsOf(terms: readonly Term[]): (term: Term) => string[] {
  const shared = sharedNames(terms);
  return ({ order, factors, letters, numbers, value, running }) => [
    String(order + 1),
    ...(shared ? factors.map(({ name }) => split(name)[1]) : [letters]),
    shared?.length === 1 && numbers === shortly(value) ? "" : numbers,
    shortly(value),
    exactly(running),
  ];
}

/** Cells as aligned columns: numbers to the right, names to the left. */
function columnsOf(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const right = (column: number) => column === 0 || column >= rows[0]!.length - 3;
  return rows.map((row) =>
    row
      .map((cell, column) => (right(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join("  ")
      .trimEnd(),
  );
}

function addDifference(page: Page, difference: CentralDifference, gradient: number): void {
  const { step, above, below, slope, resolution, slopeAbove, slopeBelow } = difference;
  const moved = `${shortly(step)}`;
  page.section("The check: this one number moved, and the loss computed anew by the kernels").figure(
    columnsOfText(
      [
        [`loss with ${moved} more`, exactly(above)],
        [`loss with ${moved} less`, exactly(below)],
        [
          `difference / ${shortly(2 * step)}`,
          shortly(slope),
          `the losses' rounding is up to ${shortly(resolution)} of it`,
        ],
        ["gradient", shortly(gradient)],
      ].map((row) => [...row, ...Array<string>(3 - row.length).fill("")]),
    ),
  );
  if (Math.abs(slopeAbove - slopeBelow) > 4 * resolution + 0.05 * Math.abs(slope)) {
    page.text(
      `Upwards alone the slope is ${shortly(slopeAbove)}, downwards ${shortly(slopeBelow)}: within this step the loss bends, where a ` +
        "relu opens or another pixel wins a pooling window. The gradient is the slope at the number itself.",
    );
  }
}

function shareLines(shares: readonly Share[]): string[] {
  const rows = shares.map(({ number, weight }) => [
    clipped(number.name, longestName),
    shortly(number.value),
    shortly(weight),
    number.kernel,
  ]);
  return columnsOfText([["number", "value", "of it from here", "computed by"], ...rows]);
}

function columnsOfText(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("   ")
      .trimEnd(),
  );
}

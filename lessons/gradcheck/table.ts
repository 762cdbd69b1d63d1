/** @file The text of a gradient check: what is compared, a table for each gradient, the verdict. */

import { formatShape } from "../../engine/errors.ts";
import { requireListOf, requireParts } from "../../engine/options.ts";
import { clipped, type Palette, wrap } from "../text.ts";
import { type CaseCheck, type ElementCheck, type GradientCheck, step, tolerance } from "./check.ts";
import type { CheckedOp, OpFamily } from "./checked-op.ts";

/** The checks of all cases of an op. */
export interface OpCheck {
  readonly op: CheckedOp;
  readonly cases: readonly CaseCheck[];
}

export interface TableOptions {
  /** rows of each table; the worst element is always one of them */
  readonly samples: number;
  readonly palette: Palette;
}

/** What is compared with what, and why it is fair. */
export function explanation(check: OpCheck, device: string): string[] {
  requireCheck("explanation", check);
  const { op } = check;
  const note = op.note ? ["", ...wrap(`Inputs: ${op.note}.`)] : [];
  return [
    ...wrap(`Gradient check of ${op.name} on ${device}`),
    "",
    "For L = sum(dy * y), with a random dy, dL/dx is computed in two ways:",
    "  analytic  by the op's backward kernels on the GPU, in float32",
    `  numeric   (L(x + h) - L(x - h)) / 2h, one element of x moved by h = ${step.toExponential()}`,
    ...wrap(
      "The numeric one takes y from the float64 reference: in float32 y has seven digits, and the difference " +
        "of two such y that are nearly equal has hardly any. So y itself is compared first: only an op that " +
        "computes what its reference computes can be judged by it.",
    ),
    ...wrap(
      `Every element is checked. Two numbers agree if they differ by at most ${tolerance.toExponential()} of the ` +
        "largest number of their gradient.",
    ),
    ...note,
  ];
}

/** One use of the op: its output and all of its gradients. */
export function caseText(check: CaseCheck, options: TableOptions): string[] {
  requireParts("caseText", check, "what checkCase() gave", ["output", "gradients"]);
  requireParts("caseText", options, "{ samples, palette }", ["samples", "palette"]);
  const { palette } = options;
  const { shape, difference, passed } = check.output;
  const sameOutput = `y ${formatShape(shape)} differs from the reference by ${short(difference)} at most`;
  return [
    palette.title(check.label),
    `  ${line(sameOutput, passed, palette)}`,
    ...check.gradients.flatMap((gradient) => gradientText(gradient, options)),
  ];
}

function gradientText(check: GradientCheck, { samples, palette }: TableOptions): string[] {
  const { input, shape, elements, worst, allowed, passed } = check;
  const count = counted(elements.length, "element");
  const rows = chosen(check, samples);
  const more = rows.length < elements.length ? `, ${rows.length} of them shown` : "";
  const title = `gradient of ${input} ${formatShape(shape)}, ${count}${more}`;
  return [
    "",
    `  ${line(title, passed, palette)}`,
    palette.faint(
      `    ${"index".padEnd(16)}${"analytic".padStart(15)}${"numeric".padStart(15)}  difference  allowed ${short(allowed)}`,
    ),
    ...rows.map((element) => row(element, element === worst, check, palette)),
  ];
}

function row(element: ElementCheck, isWorst: boolean, { allowed }: GradientCheck, palette: Palette): string {
  const { index, analytic, numeric, difference } = element;
  const wrong = !(difference <= allowed);
  const numbers = [analytic, numeric].map((value) => decimal(value).padStart(15)).join("");
  const text = `    ${clipped(formatShape(index), 16).padEnd(16)}${numbers}${short(difference).padStart(12)}`;
  const mark = wrong ? "  wrong" : isWorst ? "  largest" : "";
  return wrong ? palette.bad(text + mark) : text + palette.faint(mark);
}

/** Evenly spaced elements, the worst one among them, in the order of memory. */
function chosen({ elements, worst }: GradientCheck, samples: number): ElementCheck[] {
  const count = Math.min(samples, elements.length);
  const places = Array.from({ length: count }, (_, i) => Math.floor((i * elements.length) / count));
  const at = elements.indexOf(worst);
  const distances = places.map((place) => Math.abs(place - at));
  places[distances.indexOf(Math.min(...distances))] = at;
  return places.map((place) => elements[place]!);
}

function line(text: string, passed: boolean, palette: Palette): string {
  const verdict = passed ? palette.good("ok") : palette.bad("WRONG");
  return `${clipped(text, 68).padEnd(68)}  ${verdict}`;
}

/** The last line: PASS or FAIL with the figures. */
export function verdict(check: OpCheck, palette: Palette): string {
  requireCheck("verdict", check);
  requirePalette("verdict", palette);
  const { op, cases } = check;
  const gradients = cases.flatMap((check) => check.gradients);
  const elements = gradients.flatMap((check) => check.elements);
  const wrong = gradients.flatMap((check) =>
    check.elements.filter(({ difference }) => !(difference <= check.allowed)),
  );
  const wrongOutputs = cases.filter(({ output }) => !output.passed).length;
  const count = `${counted(elements.length, "element")} in ${counted(gradients.length, "gradient")}`;
  const largest = short(Math.max(...elements.map(({ difference }) => difference)));
  if (cases.every(({ passed }) => passed)) {
    return `${palette.good("PASS")}  ${op.name}: ${count}, largest difference ${largest}`;
  }
  const outputs = wrongOutputs > 0 ? `, and ${counted(wrongOutputs, "output")}` : "";
  return `${palette.bad("FAIL")}  ${op.name}: wrong are ${wrong.length} of ${count}${outputs}`;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/** The names of all ops under the titles of their families. */
export function listText(families: readonly OpFamily[], palette: Palette): string[] {
  requireListOf("listText", families, "families of ops", ["title", "ops"]);
  requirePalette("listText", palette);
  return families.flatMap(({ title, ops }) => [
    palette.title(title),
    ...wrap(ops.map(({ name }) => name).join(", "), "  "),
  ]);
}

function requireCheck(what: string, check: unknown): void {
  requireParts(what, check, "{ op, cases }", ["op", "cases"]);
}

function requirePalette(what: string, palette: unknown): void {
  requireParts(what, palette, "a palette, of paletteFor()", ["title", "good", "bad"]);
}

/** `1.2e-7` */
function short(value: number): string {
  if (value === 0) return "0";
  return Number.isFinite(value) ? value.toExponential(1) : String(value);
}

/** Eight digits after the point, or an exponent where they would not be enough or too many. */
function decimal(value: number): string {
  const size = Math.abs(value);
  return size === 0 || (size >= 1e-4 && size < 1e4) ? value.toFixed(8) : value.toExponential(6);
}

/** @file Numbers, matrices and sums as lines of text. */
import type { Array64 } from "../../kernels/reference.ts";

/** A number as lessons write it: four digits after the point at most, no trailing zeros. */
export function written(value: number): string {
  return String(Number(value.toFixed(4)) + 0); // + 0 turns -0 into 0
}

/** Numbers with equally many digits after the point. */
export function alike(values: Iterable<number>): string[] {
  const texts = [...values].map(written);
  const digits = Math.max(...texts.map((text) => text.split(".")[1]?.length ?? 0));
  return texts.map((text) => Number(text).toFixed(digits));
}

/** A number as an operand: negative ones in parentheses. */
export function operand(value: number): string {
  return written(value).startsWith("-") ? `(${written(value)})` : written(value);
}

/** Which cells of a matrix are put into brackets. */
export type Marks = (row: number, column: number) => boolean;

/** A matrix, its columns aligned; runs of marked cells stand in brackets. Axes of size 1 are left out. */
export function matrix(values: Array64, marks: Marks = () => false): string[] {
  const [rows, columns] = matrixShape(values);
  const cells = alike(values.data);
  const width = Math.max(...cells.map((cell) => cell.length));
  return Array.from({ length: rows }, (_, row) => {
    let line = "";
    for (let column = 0; column <= columns; column++) {
      const before = column > 0 && marks(row, column - 1);
      const after = column < columns && marks(row, column);
      line += before === after ? "  " : after ? " [" : "] ";
      if (column < columns) line += cells[row * columns + column]!.padStart(width);
    }
    return line;
  });
}

/** Row and column of an element, counted from 0. */
export type Place = readonly [row: number, column: number];

/** All places of a matrix, row by row. */
export function places(rows: number, columns: number): Place[] {
  return Array.from({ length: rows * columns }, (_, i) => [Math.floor(i / columns), i % columns]);
}

/** The element at `place` of a matrix, or at `index` of a vector. */
export function at(values: Array64, ...place: readonly number[]): number {
  const [, columns] = matrixShape(values);
  return values.data[place.reduce((index, step) => index * columns + step, 0)]!;
}

/** An element with its name: x01 and its value. */
export function element(letter: string, values: Array64, ...place: readonly number[]): Factor {
  return [`${letter}${place.join("")}`, at(values, ...place)];
}

/** Rows and columns of an array whose other axes have size 1; a vector is a row. */
function matrixShape({ shape, data }: Array64): readonly [number, number] {
  const long = shape.filter((size) => size > 1);
  const columns = (shape.length === 2 ? shape[1] : long.at(-1)) ?? 1;
  return [data.length / columns, columns];
}

/** A matrix under its name. */
export function named(name: string, values: Array64, marks?: Marks): string[] {
  return [`  ${name}`, ...matrix(values, marks)];
}

/** Blocks of lines next to each other. */
export function beside(...blocks: readonly (readonly string[])[]): string[] {
  const height = Math.max(...blocks.map((block) => block.length));
  const widths = blocks.map((block) => Math.max(...block.map((line) => line.length)));
  return Array.from({ length: height }, (_, row) =>
    blocks.map((block, i) => (block[row] ?? "").padEnd(widths[i]!)).join("   "),
  );
}

/** One term of a sum, in letters and in numbers: `x01*w10` and `2*-1`. */
export interface Term {
  readonly letters: string;
  readonly numbers: string;
  readonly value: number;
}

/** A number and the sum that makes it. */
export interface Sum {
  readonly name: string;
  readonly terms: readonly Term[];
  /** what the kernel computed */
  readonly result: number;
}

/** A number and its name. */
export type Factor = readonly [letters: string, value: number];

/** A product of named numbers. */
export function product(...factors: readonly Factor[]): Term {
  return {
    letters: factors.map(([letters]) => letters).join("*"),
    numbers: factors.map(([, value]) => written(value)).join("*"),
    value: factors.reduce((total, [, value]) => total * value, 1),
  };
}

/** The sum in letters and below it in numbers, term under term; a number that is only passed on takes one line. */
export function sumLines({ name, terms, result }: Sum): string[] {
  const [only, ...others] = terms;
  if (only?.numbers === written(result) && others.length === 0) {
    return [`${name} = ${only.letters} = ${only.numbers}`];
  }
  const widths = terms.map(({ letters, numbers }) => Math.max(letters.length, numbers.length));
  const aligned = (texts: readonly string[]) => texts.map((text, i) => text.padStart(widths[i]!)).join(" + ");
  return [
    `${name} = ${aligned(terms.map(({ letters }) => letters))}`.trimEnd(),
    `${" ".repeat(name.length)} = ${aligned(terms.map(({ numbers }) => numbers))} = ${written(result)}`,
  ];
}

/** A picture beside the sum that it shows, and a line to the next one. */
export function pictured(picture: readonly string[], sum: Sum): string[] {
  return [...beside(picture, sumLines(sum)), ""];
}

/** A table whose first column names the rows; columns are aligned to the right. */
export function table(rows: readonly (readonly [name: string, ...cells: string[]])[]): string[] {
  const first = Math.max(...rows.map(([name]) => name.length));
  const width = Math.max(...rows.flatMap(([, ...cells]) => cells.map((cell) => cell.length)));
  return rows.map(([name, ...cells]) =>
    ` ${name.padEnd(first)}${cells.map((cell) => `  ${cell.padStart(width)}`).join("")}`.trimEnd(),
  );
}

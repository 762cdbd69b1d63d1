/** @file The table of the golden run: one row per kind and op, then every failing tensor. */
import type { GoldenEntry } from "./cases.ts";
import type { Check } from "./compare.ts";

/** Outcome of one case: its checks, or why there are none. */
export interface Outcome {
  readonly entry: GoldenEntry;
  readonly checks: readonly Check[];
  /** the error that stopped it, or "not supported" */
  readonly problem?: string;
}

export const notSupported = "not supported";

export function passed({ checks, problem }: Outcome): boolean {
  return problem === undefined && checks.length > 0 && checks.every(({ ratio }) => ratio <= 1);
}

const columns = ["kind", "op", "cases", "failed", "error/tolerance"];

/** Formats the rows of the table; the widths are those of the longest names, so that rows can be printed one by one. */
export class Table {
  readonly #widths: readonly number[];

  constructor(entries: readonly GoldenEntry[]) {
    const kinds = entries.map(({ kind }) => kind.length);
    const ops = entries.map(({ op }) => op.length);
    this.#widths = [Math.max(4, ...kinds), Math.max(2, ...ops), 5, 6, 15];
  }

  get header(): string {
    return this.#line(columns);
  }

  /** The row of one kind and op. */
  row(outcomes: readonly Outcome[]): string {
    const { kind, op } = outcomes[0]!.entry;
    const ratios = outcomes.flatMap(({ checks }) => checks.map(({ ratio }) => ratio));
    const unsupported = outcomes.every(({ problem }) => problem === notSupported);
    const worst = ratios.length > 0 ? Math.max(...ratios).toPrecision(3) : "-";
    const failed = outcomes.filter((outcome) => !passed(outcome)).length;
    return this.#line([
      kind,
      op,
      String(outcomes.length),
      String(failed),
      unsupported ? notSupported : worst,
    ]);
  }

  /** Names left-aligned, numbers right-aligned. */
  #line(cells: readonly string[]): string {
    const pad = (cell: string, column: number) =>
      column < 2 ? cell.padEnd(this.#widths[column]!) : cell.padStart(this.#widths[column]!);
    return cells.map(pad).join("  ").trimEnd();
  }
}

/** One line per failing tensor, or per case that was stopped. */
export function failures(outcomes: readonly Outcome[]): string[] {
  return outcomes.filter((outcome) => !passed(outcome)).flatMap(failureLines);
}

/** One line per network that is compared only up to where its maker's float32 twins left the trajectory of float64. */
export function curtailed(entries: readonly GoldenEntry[]): string[] {
  return entries.flatMap(({ kind, name, attrs }) => {
    const step = attrs.rounding_decides_from_step;
    if (typeof step !== "number") return [];
    const compared = step === 0 ? "output and loss alone are compared" : "compared are the losses before it";
    return [
      `${kind} ${name}: from step ${step} on rounding alone decides, as its float32 twins show: ${compared}`,
    ];
  });
}

/** The last line: `N passed, M failed`. */
export function total(outcomes: readonly Outcome[]): string {
  const good = outcomes.filter(passed).length;
  return `${good} passed, ${outcomes.length - good} failed`;
}

function failureLines({ entry, checks, problem }: Outcome): string[] {
  const head = `FAIL ${entry.kind} ${entry.op} ${entry.name}`;
  if (problem !== undefined) return [`${head}: ${problem}`];
  if (checks.length === 0) return [`${head}: nothing was checked`];
  return checks
    .filter(({ ratio }) => !(ratio <= 1))
    .map(
      ({ tensor, ratio, detail }) =>
        `${head}: ${tensor} ${ratio.toPrecision(3)} times the tolerance: ${detail}`,
    );
}

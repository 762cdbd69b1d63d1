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

export function passed({ checks, problem }: Outcome): boolean {
  return problem === undefined && checks.length > 0 && checks.every(({ ratio }) => ratio <= 1);
}

/** The lines to print; the last one is `N passed, M failed`. */
export function report(outcomes: readonly Outcome[]): string[] {
  const groups = Map.groupBy(outcomes, ({ entry }) => `${entry.kind} ${entry.op}`);
  const rows = [...groups.values()].map(tableRow);
  const failures = outcomes.filter((outcome) => !passed(outcome));
  return [
    ...alignColumns([["kind", "op", "cases", "failed", "error/tolerance"], ...rows]),
    ...(failures.length > 0 ? ["", ...failures.flatMap(failureLines)] : []),
    "",
    `${outcomes.length - failures.length} passed, ${failures.length} failed`,
  ];
}

function tableRow(outcomes: readonly Outcome[]): string[] {
  const { kind, op } = outcomes[0]!.entry;
  const ratios = outcomes.flatMap(({ checks }) => checks.map(({ ratio }) => ratio));
  const unsupported = outcomes.every(({ problem }) => problem === notSupported);
  const worst = ratios.length > 0 ? Math.max(...ratios).toPrecision(3) : "-";
  const failed = outcomes.filter((outcome) => !passed(outcome)).length;
  return [kind, op, String(outcomes.length), String(failed), unsupported ? notSupported : worst];
}

export const notSupported = "not supported";

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

/** Text columns left-aligned, numbers (from the third column on) right-aligned. */
function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const pad = (cell: string, column: number) =>
    column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  return rows.map((row) => row.map(pad).join("  ").trimEnd());
}

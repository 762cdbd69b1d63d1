/** @file One line of a benchmark: what was timed and how fast it was. */
import type { Spread } from "./measure.ts";

/** Keys as in the JSON file. */
export interface Row {
  readonly suite: "kernels" | "steps";
  readonly workload: string;
  readonly batch: number;
  readonly variant: string;
  readonly ms: Spread;
  readonly runs: number;
  readonly images_per_s?: number;
  readonly gflops: number;
  readonly gbytes_per_s: number;
  /** the best run's part of the ceiling: arithmetic for products and steps, the copy kernel's bandwidth for the others */
  readonly ceiling_fraction: number;
  readonly dispatches: number;
  readonly peak_bytes?: number;
}

const columns = [
  "suite",
  "workload",
  "batch",
  "variant",
  "ms",
  "min",
  "max",
  "GFLOP/s",
  "GB/s",
  "ceiling",
  "launches",
  "us each",
  "peak",
];
const widths = [8, 26, 6, 16, 9, 9, 9, 9, 8, 8, 9, 8, 9];

/** The table's head. */
export function tableHead(): string {
  return line(columns);
}

export function tableRow(row: Row): string {
  const number = (value: number) => (value >= 1000 ? Math.round(value).toString() : value.toPrecision(3));
  return line([
    row.suite,
    row.workload,
    String(row.batch),
    row.variant,
    number(row.ms.median),
    number(row.ms.min),
    number(row.ms.max),
    number(row.gflops),
    number(row.gbytes_per_s),
    `${Math.round(100 * row.ceiling_fraction)} %`,
    String(row.dispatches),
    number((1000 * row.ms.median) / row.dispatches),
    row.peak_bytes === undefined ? "" : `${Math.round(row.peak_bytes / 1e6)} MB`,
  ]);
}

function line(cells: readonly string[]): string {
  return cells
    .map((cell, i) => (i === 1 || i === 0 || i === 3 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
    .join(" ");
}

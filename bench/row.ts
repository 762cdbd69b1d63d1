/** @file The lines of a benchmark as a table on the terminal. */
import type { Row } from "../runner/speed/row.ts";

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
  "host us",
  "product",
  "peak",
  "ideal",
  "ratio",
];
const widths = [8, 26, 6, 18, 9, 9, 9, 9, 8, 8, 9, 8, 8, 8, 9, 9, 6];

/** The table's head. */
export function tableHead(): string {
  return line(columns);
}

export function tableRow(row: Row): string {
  const number = (value: number) => (value >= 1000 ? Math.round(value).toString() : value.toPrecision(3));
  const percent = (fraction: number) => `${Math.round(100 * fraction)} %`;
  const megabytes = (value: number | undefined) => (value === undefined ? "" : `${number(value / 1e6)} MB`);
  const { peak_bytes: peak, ideal_bytes: ideal } = row;
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
    percent(row.ceiling_fraction),
    String(row.dispatches),
    number((1000 * row.ms.median) / row.dispatches),
    row.host_us === undefined ? "" : number(row.host_us),
    row.product_fraction === undefined ? "" : percent(row.product_fraction),
    megabytes(peak),
    megabytes(ideal),
    peak && ideal ? (peak / ideal).toFixed(2) : "",
  ]);
}

/** What the figures of a row are. */
export const tableNotes = [
  "ceiling: the best run's part of the adapter's f32 rate or bandwidth, whichever bounds the work",
  "host us: JavaScript's time to encode and submit one of the steps that fit() puts into a submit, the best of several",
  "product: GFLOP/s of the whole search over those of the matrix product of one of its blocks",
  "peak: bytes of the step at its fullest, without the data set; ideal: parameters, the optimizer's moments, and the outputs of all layers",
];

function line(cells: readonly string[]): string {
  return cells
    .map((cell, i) => (i === 1 || i === 0 || i === 3 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
    .join(" ")
    .trimEnd();
}

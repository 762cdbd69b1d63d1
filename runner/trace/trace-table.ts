/** @file A trace as a table for the terminal. */
import type { Trace, TraceFigures } from "./trace.ts";

const columns = ["#", "command", "us", "share", "MFLOP", "MB", "GFLOP/s", "GB/s", "ceiling", "bound by"];

/** Head, one line per command in the order of the step, and the total. */
export function traceTable({ rows, total }: Trace): string[] {
  const cells = [
    [...columns, "workgroups", "operands"],
    ...rows.map((row, i) => [
      String(i + 1),
      row.name,
      ...figureCells(row, row.share),
      row.workgroups.join("x"),
      row.operands,
    ]),
    ["", `${rows.length} commands`, ...figureCells(total, 1), "", ""],
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  const left = new Set([1, columns.length - 1, columns.length, columns.length + 1]);
  const lines = cells.map((line) =>
    line
      .map((cell, column) =>
        left.has(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
      )
      .join("  ")
      .trimEnd(),
  );
  lines.splice(-1, 0, "");
  return lines;
}

/** What the figures of a trace mean and how they were taken. */
export function traceNotes({ clock, runs }: Pick<Trace, "clock" | "runs">): string[] {
  const median = runs > 1 ? `the run of median length out of ${runs}` : "one run";
  const timing =
    clock === "timestamps"
      ? `Times: timestamp queries before and after each command; ${median}.`
      : `Times: each command submitted and awaited alone, so each includes the cost of a submit; ${median}.`;
  return [
    timing,
    "FLOP: as the kernel declares them, - where it only moves data. Bytes: operands read and written once.",
    "Ceiling: the part of the adapter's f32 rate or bandwidth, whichever bounds the command; over 100 % from caches.",
  ];
}

function figureCells(figures: TraceFigures, share: number): string[] {
  const { microseconds, flops, bytes, gflops, gbytes_per_s, ceiling_fraction, bound } = figures;
  return [
    microseconds.toFixed(1),
    percent(share),
    flops > 0 ? short(flops / 1e6) : "-",
    short(bytes / 1e6),
    flops > 0 ? short(gflops) : "-",
    short(gbytes_per_s),
    percent(ceiling_fraction),
    bound,
  ];
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`;
}

/** Three significant digits without exponents. */
function short(value: number): string {
  if (value === 0) return "0";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(value)));
  return value.toFixed(Math.min(digits, 6));
}

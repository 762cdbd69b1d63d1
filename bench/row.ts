/** @file One line of a benchmark: what was timed and how fast it was. */
import { z } from "zod";
import type { Bound, Work } from "../engine/ceilings/bound.ts";
import type { Spread } from "./measure.ts";

const bytes = z.number().nonnegative();

/** Keys as in the JSON file; the optional ones are of steps, or younger than some files. */
export const rowSchema = z.object({
  suite: z.enum(["kernels", "steps"]),
  workload: z.string(),
  batch: z.number(),
  variant: z.string(),
  ms: z.object({ median: z.number(), min: z.number(), max: z.number() }),
  runs: z.number(),
  images_per_s: z.number().optional(),
  /** floating-point operations of one run */
  flops: z.number().optional(),
  /** read and written by one run */
  bytes: bytes.optional(),
  gflops: z.number(),
  gbytes_per_s: z.number(),
  /** the best run's part of the ceiling that bounds it: of steps, the least times of their launches added up */
  ceiling_fraction: z.number(),
  dispatches: z.number(),
  /** of a search for neighbours: its GFLOP/s over those of the plain product of one of its blocks, in the same run */
  product_fraction: z.number().optional(),
  /** of a step among as many as fit() puts into a submit: microseconds of the calling thread to encode and submit it */
  host_us: z.number().optional(),
  /** of the step, without the caches and pools that other things hold */
  peak_bytes: bytes.optional(),
  /** parameters, moments of the optimizer, and activations: what the textbook's backward pass needs */
  ideal_bytes: bytes.optional(),
  /** in bytes; activations are the batch and the outputs of all layers, of which backward keeps `kept` */
  memory: z
    .object({
      parameters: bytes,
      gradients: bytes,
      moments: bytes,
      activations: bytes,
      kept: bytes.optional(),
    })
    .optional(),
});

export type Row = Readonly<z.infer<typeof rowSchema>>;

/** The rates of a row: by the median, but the part of the ceiling by the best run. */
export function rates(
  work: Work,
  ms: Spread,
  bound: Bound,
): Pick<Row, "flops" | "bytes" | "gflops" | "gbytes_per_s" | "ceiling_fraction"> {
  return {
    flops: work.flops,
    bytes: work.bytes,
    gflops: work.flops / (ms.median * 1e6),
    gbytes_per_s: work.bytes / (ms.median * 1e6),
    ceiling_fraction: bound.milliseconds / ms.min,
  };
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

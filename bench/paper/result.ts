/** @file What `npm run bench:paper` leaves as JSON. Nothing in it was measured, and every row says so. */
import { z } from "zod";
import { FileError } from "../../engine/errors.ts";
import { readJson } from "../../runner/json-files.ts";
import { type Job, nameOf } from "./jobs.ts";
import { card, type ToolRow } from "./tool.ts";

const launchSchema = z.object({
  kernel: z.string(),
  /** equal launches in the step */
  times: z.number().int().positive(),
  workgroups: z.number().int().positive(),
  /** microseconds of all of them */
  microseconds: z.number(),
  vgprs: z.number(),
  spills: z.number(),
  /** loads in flight when a wave waits for memory, null for a launch that loads nothing */
  flight: z.number().nullable(),
});

const rowSchema = z.object({
  modelled: z.literal(true),
  suite: z.enum(["steps", "problems"]),
  /** workload:batch, or the problem */
  name: z.string(),
  microseconds: z.number(),
  /** sum over the launches of the longer of bytes at the card's bandwidth and operations at its peak */
  roofline_microseconds: z.number(),
  /** of the card's float32 peak */
  peak_fraction: z.number(),
  launches: z.array(launchSchema),
});

export const paperSchema = z.object({
  modelled: z.literal(true),
  note: z.string(),
  card: z.object({ family: z.string(), teraFlops: z.number(), gigabytes: z.number() }),
  adapter: z.object({ key: z.string(), device: z.string(), description: z.string() }),
  versions: z.record(z.string(), z.string()),
  commit: z.string().nullable(),
  rows: z.array(rowSchema),
});

export type PaperRow = z.infer<typeof rowSchema>;
export type PaperResult = z.infer<typeof paperSchema>;

export const note =
  "Compiled by Mesa's AMD compiler without a card; times are a model's. Nothing here was measured.";

/** Sums up the launches of a job. */
export function paperRow(job: Job, rows: readonly ToolRow[]): PaperRow {
  const sum = (value: (row: ToolRow) => number) =>
    rows.reduce((total, row) => total + row.times * value(row), 0);
  const microseconds = sum((row) => row.microseconds);
  const operations = ({ flops }: ToolRow) => flops / (card.teraFlops * 1e6);
  return {
    modelled: true,
    suite: job.suite,
    name: nameOf(job),
    microseconds: rounded(microseconds),
    roofline_microseconds: rounded(sum((row) => Math.max(row.memoryMicroseconds, operations(row)))),
    peak_fraction: rounded(sum(operations) / microseconds),
    launches: rows.map(({ label, times, workgroups, vgprs, spills, memory, ...row }) => ({
      kernel: label,
      times,
      workgroups: workgroups.reduce((product, count) => product * count, 1),
      microseconds: rounded(times * row.microseconds),
      vgprs,
      spills,
      flight: memory.waits === 0 ? null : rounded(memory.waitedFor / memory.waits),
    })),
  };
}

/** Four significant digits: the model has no more to tell. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** Throws FileError if the file cannot be read or is none of ours. */
export function readPaper(path: string): PaperResult {
  const result = paperSchema.safeParse(readJson(path));
  if (result.success) return result.data;
  throw new FileError(`${path} is no result of npm run bench:paper: ${z.prettifyError(result.error)}`);
}

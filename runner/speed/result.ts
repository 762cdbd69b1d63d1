/** @file What a benchmark leaves as JSON: `npm run bench -- --json FILE` writes it, and so does the lab's ladder. */
import { z } from "zod";
import { rowSchema } from "./row.ts";

const ceilingsSchema = z.object({
  f32GigaFlops: z.number().positive(),
  f16GigaFlops: z.number().positive().optional(),
  kernelGigabytes: z.number().positive(),
  copyGigabytes: z.number().positive(),
  launchMicroseconds: z.number(),
  encodeMicroseconds: z.number(),
  submitMicroseconds: z.number(),
});

export const resultSchema = z.object({
  adapter: z.looseObject({ key: z.string(), device: z.string(), description: z.string() }),
  versions: z.record(z.string(), z.string()),
  commit: z.string().nullable(),
  ceilings: ceilingsSchema,
  rows: z.array(rowSchema),
});

export type BenchResult = z.infer<typeof resultSchema>;

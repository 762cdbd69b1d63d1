/** @file The JSON files that `npm run bench -- --json FILE` writes. */
import { z } from "zod";
import { FileError } from "../engine/errors.ts";
import { readJson } from "../runner/json-files.ts";
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

/** Throws FileError if the file cannot be read or is none of ours. */
export function readResult(path: string): BenchResult {
  const result = resultSchema.safeParse(readJson(path));
  if (result.success) return result.data;
  throw new FileError(`${path} is no result of npm run bench: ${z.prettifyError(result.error)}`);
}

/** The adapter's name for people. */
export function adapterName({ adapter }: Pick<BenchResult, "adapter">): string {
  return adapter.description || adapter.device;
}

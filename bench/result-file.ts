/** @file The JSON files that `npm run bench -- --json FILE` writes. */
import { z } from "zod";
import { FileError } from "../engine/errors.ts";
import { readJson } from "../runner/json-files.ts";
import { type BenchResult, resultSchema } from "../runner/speed/result.ts";

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

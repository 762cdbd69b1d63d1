/** @file The folder of one run: what is in it, and where its images are. */
import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { z } from "zod";
import { FileError } from "../../engine/errors.ts";
import { readJson, writeJson } from "../json-files.ts";
import { configSchema, type RunConfig, type resultSchema } from "./schemas.ts";

export function isRun(folder: string): boolean {
  return existsSync(join(folder, "config.json"));
}

/** The report is what a run writes last. */
export function isFinished(folder: string): boolean {
  return ["config.json", "result.json", "report.html"].every((name) => existsSync(join(folder, name)));
}

/** Reads config.json. Throws FileError if it is missing or not one of ours. */
export function readConfig(folder: string): RunConfig {
  requireRun(folder);
  return parse(join(folder, "config.json"), configSchema);
}

/** Throws FileError if there is no run in the folder. */
export function requireRun(folder: string): void {
  if (isRun(folder)) return;
  if (!existsSync(folder)) throw new FileError(`There is no folder ${folder}.`);
  throw new FileError(
    `${folder} is not a run folder: it has no config.json. A run folder is what the command train writes, e.g. runs/svhn-c/2026-11-22T04-41-12.`,
  );
}

/** Reads and checks a JSON file. Throws FileError that names it. */
export function parse<T>(file: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(readJson(file));
  if (!parsed.success) throw new FileError(`${file} is damaged: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** What a run writes in result.json. */
export type RunResult = z.input<typeof resultSchema>;

/** Writes result.json; and config.json once more, should somebody have deleted the folder meanwhile. */
export function writeResult(folder: string, config: RunConfig, result: RunResult): void {
  if (!isRun(folder)) writeJson(join(folder, "config.json"), config);
  writeJson(join(folder, "result.json"), result);
}

/** Where the images of a run are, as options for loading them again: in `data`, if it is given. */
export function sourceOf(
  { dataset }: RunConfig,
  data?: string,
): { readonly data: string } | { readonly synthetic: true } {
  if (data) return { data };
  const file = dataset.files[0];
  if (!file) return { synthetic: true };
  return { data: file.dataFolder ?? dirname(dirname(file.path)) }; // older runs had <data folder>/<data set>/<file>
}

/** `path` as the user would type it from here. */
export function shown(path: string): string {
  const here = relative(process.cwd(), path);
  return here.startsWith("..") || here === "" ? path : here;
}

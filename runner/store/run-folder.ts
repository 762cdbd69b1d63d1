/** @file The folder of a run: runs/<experiment>/<time>/ or --out. */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { z } from "zod";
import { FileError, UsageError } from "../../engine/errors.ts";
import { reasonOf } from "../../engine/platform/node/builtins.ts";
import { makeFolder } from "../../engine/platform/node/files.ts";
import { readJson } from "../json-files.ts";
import { settingsSchema } from "../settings.ts";

/** below the folder that the command is run in */
export const runsFolder = "runs";

/** config.json: all that is needed to repeat a run. */
export const configSchema = z.object({
  experiment: z.string(),
  command: z.string(),
  settings: settingsSchema,
  started: z.string(),
  /** when --resume went on with it */
  resumed: z.array(z.string()).default([]),
  adapter: z.record(z.string(), z.unknown()),
  versions: z.record(z.string(), z.string()),
  commit: z.string().nullable(),
  /** what the experiment does, in words: which images validate, what is done to them, which run it goes on from */
  method: z.record(z.string(), z.string().nullable()).default({}),
  dataset: z.object({
    id: z.string(),
    origin: z.enum(["official", "other", "synthetic"]),
    note: z.string(),
    train: z.number(),
    test: z.number(),
    files: z.array(
      z.object({
        path: z.string(),
        dataFolder: z.string().optional(),
        bytes: z.number(),
        md5: z.string(),
        official: z.boolean(),
        count: z.number(),
      }),
    ),
  }),
});

export type RunConfig = z.infer<typeof configSchema>;

/** Creates the folder of a new run. Throws FileError if that is impossible, UsageError if --out holds a run already. */
export function createRunFolder(experiment: string, out: string | undefined, now: Date): string {
  const time = now.toISOString().slice(0, 19).replaceAll(":", "-");
  if (out === undefined) return makeNewFolder(join(runsFolder, experiment), time);
  if (existsSync(join(out, "config.json"))) {
    throw new UsageError(`${out} holds a run already. Add --resume to continue it, or name another folder.`);
  }
  makeFolder(out);
  return out;
}

/** The folders in runs/<experiment>/, newest first: their names are times. Throws FileError if they cannot be listed. */
export function runsOf(experiment: string): string[] {
  const parent = join(runsFolder, experiment);
  try {
    const names = existsSync(parent) ? readdirSync(parent) : [];
    return names
      .sort()
      .reverse()
      .map((name) => join(parent, name));
  } catch (cause) {
    throw new FileError(`Cannot look for runs in ${parent}: ${reasonOf(cause)}.`, { cause });
  }
}

/**
 * The folder to resume: --out, or the newest unfinished run of the experiment that has something to continue from, else
 * the newest unfinished one. Throws UsageError if there is none.
 */
export function findRunFolder(experiment: string, out: string | undefined): string {
  if (out) {
    if (existsSync(join(out, "config.json"))) return out;
    throw new UsageError(`--resume: ${out} holds no run. Without --resume a new one is started there.`);
  }
  const open = runsOf(experiment).filter(isUnfinished);
  const found = open.find(hasBegun) ?? open[0];
  if (found) return found;
  throw new UsageError(
    `--resume: there is no unfinished run of ${experiment} in ${join(runsFolder, experiment)}. Name its folder with --out.`,
  );
}

/** The report is what a run writes last. */
function isUnfinished(run: string): boolean {
  const has = (file: string) => existsSync(join(run, file));
  return has("config.json") && !(has("result.json") && has("report.html"));
}

/** There is something to continue from: a checkpoint, or parts of a study. */
function hasBegun(run: string): boolean {
  return existsSync(join(run, "checkpoint")) || existsSync(join(run, "parts"));
}

/** Reads config.json. Throws FileError if it is missing or not one of ours. */
export function readConfig(folder: string): RunConfig {
  const path = join(folder, "config.json");
  let json: unknown;
  try {
    json = readJson(path);
  } catch (cause) {
    throw new FileError(`${folder} is not a run folder: cannot read ${path} (${(cause as Error).message}).`, {
      cause,
    });
  }
  const config = configSchema.safeParse(json);
  if (!config.success) throw new FileError(`${path} is damaged: ${z.prettifyError(config.error)}`);
  return config.data;
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

/** `name` in `parent`, with a number behind it if another run began in the same second. */
function makeNewFolder(parent: string, name: string): string {
  makeFolder(parent);
  for (let i = 1; ; i++) {
    const path = join(parent, i === 1 ? name : `${name}-${i}`);
    try {
      mkdirSync(path);
      return path;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST")
        throw new FileError(`Cannot make the folder ${path}: ${reasonOf(cause)}.`, { cause });
    }
  }
}

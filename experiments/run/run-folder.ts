/** @file The folder of a run: runs/<experiment>/<time>/ or --out. */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { z } from "zod";
import { FileError, UsageError } from "../../engine/errors.ts";
import { readJson } from "../../models/files.ts";
import { settingsSchema } from "./settings.ts";

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
  const folder = out ?? freeName(join(runsFolder, experiment, time));
  if (existsSync(join(folder, "config.json"))) {
    throw new UsageError(
      `${folder} holds a run already. Add --resume to continue it, or name another folder.`,
    );
  }
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new FileError(`Cannot create the run folder ${folder}: ${(cause as Error).message}`, { cause });
  }
  return folder;
}

/** The folder to resume: --out, or the newest unfinished run of the experiment. Throws UsageError if there is none. */
export function findRunFolder(experiment: string, out: string | undefined): string {
  if (out) {
    if (existsSync(join(out, "config.json"))) return out;
    throw new UsageError(`--resume: ${out} holds no run. Without --resume a new one is started there.`);
  }
  const parent = join(runsFolder, experiment);
  const runs = existsSync(parent) ? readdirSync(parent).sort().reverse() : [];
  const open = runs
    .map((name) => join(parent, name))
    .find((run) => hasBegun(run) && !existsSync(join(run, "result.json")));
  if (open) return open;
  throw new UsageError(
    `--resume: there is no unfinished run of ${experiment} in ${parent}. Name its folder with --out.`,
  );
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

function freeName(path: string): string {
  let name = path;
  for (let i = 2; existsSync(name); i++) name = `${path}-${i}`;
  return name;
}

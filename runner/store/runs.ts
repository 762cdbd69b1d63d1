/** @file The runs: folders runs/<experiment>/<time>/, and those that --out named. Every search for a run is here. */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Dataset } from "../../datasets/dataset.ts";
import { FileError, UsageError, WgradError } from "../../engine/errors.ts";
import { reasonOf } from "../../engine/platform/node/builtins.ts";
import { makeFolder, readFolder } from "../../engine/platform/node/files.ts";
import { checkpointPath } from "../../models/checkpoint/checkpoint.ts";
import { type SampleSet, sampleForm } from "../samples.ts";
import { isFinished, isRun, readConfig } from "./run-folder.ts";
import { readSavedRun, type SavedRun } from "./saved-run.ts";
import type { RunConfig, RunSettings } from "./schemas.ts";

/** below the folder that the command is run in */
export const runsFolder = "runs";

/** The folder below runs/ of single trials of a sweep. */
export const trialsOf = (experiment: string) => `${experiment}-trial`;

/** Creates the folder of a new run. Throws FileError if that is impossible, UsageError if --out holds a run already. */
export function createRun(experiment: string, out: string | undefined, now: Date): string {
  const time = now.toISOString().slice(0, 19).replaceAll(":", "-");
  if (out === undefined) return makeNewFolder(join(runsFolder, experiment), time);
  if (isRun(out))
    throw new UsageError(`${out} holds a run already. Add --resume to continue it, or name another folder.`);
  makeFolder(out);
  return out;
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

/** What a run must be like; what is left out does not matter. */
export interface RunCriteria {
  /** as config.json says; the folder's name alone says what it was meant for */
  readonly experiment?: string;
  /** trained on these images */
  readonly images?: RunConfig["dataset"];
  /** with these values; other settings may be any */
  readonly settings?: Partial<RunSettings>;
  /** on this adapter, by these versions */
  readonly adapter?: RunConfig["adapter"];
  readonly versions?: RunConfig["versions"];
  /** declared in a file with these contents, or in none */
  readonly file?: RunConfig["file"] | undefined;
  /** its folder has these files or folders */
  readonly holds?: readonly string[];
  /** looked for in this folder, too: beside another run */
  readonly beside?: string;
}

export interface FoundRun {
  readonly folder: string;
  readonly config: RunConfig;
}

/** The runs in runs/<experiment>/ that are as wanted, the newest first. What is no run, or damaged, is passed over. */
export function findRuns(experiment: string, wanted: RunCriteria = {}): FoundRun[] {
  const { beside, holds = [] } = wanted;
  const folders = [...foldersOf(experiment), ...(beside === undefined ? [] : [join(beside, experiment)])];
  return folders.flatMap((folder) => {
    if (![...holds, "config.json"].every((name) => existsSync(join(folder, name)))) return [];
    const config = readable(folder);
    return config && fits(config, wanted) ? [{ folder, config }] : [];
  });
}

/** Of runs that can be built on: the newest that has all its files, else the newest that was cut. */
export function newestRun(
  experiment: string,
  wanted: RunCriteria,
): (FoundRun & { readonly finished: boolean }) | undefined {
  const runs = findRuns(experiment, wanted).map((run) => {
    const { folder } = run;
    const finished = [join(folder, "result.json"), checkpointPath(join(folder, "checkpoint"))].every(
      existsSync,
    );
    return { ...run, finished };
  });
  return runs.find(({ finished }) => finished) ?? runs[0];
}

/**
 * The folder to resume: --out, or the newest unfinished run of the experiment that has something to continue from, else
 * the newest unfinished one. Throws UsageError if there is none.
 */
export function runToResume(experiment: string, out: string | undefined): string {
  if (out) {
    if (isRun(out)) return out;
    throw new UsageError(`--resume: ${out} holds no run. Without --resume a new one is started there.`);
  }
  const open = foldersOf(experiment).filter((folder) => isRun(folder) && !isFinished(folder));
  const found = open.find(hasBegun) ?? open[0];
  if (found) return found;
  throw new UsageError(
    `--resume: there is no unfinished run of ${experiment} in ${join(runsFolder, experiment)}. Name its folder with --out.`,
  );
}

/** There is something to continue from: a checkpoint, or parts of a study. */
function hasBegun(run: string): boolean {
  return existsSync(join(run, "checkpoint")) || existsSync(join(run, "parts"));
}

export interface NewestRuns {
  /** by experiment */
  readonly newest: ReadonlyMap<string, SavedRun>;
  /** folders whose files are damaged, with the reason */
  readonly damaged: readonly string[];
}

/**
 * The newest finished run of every experiment in `<folder>/<experiment>/<run>/`, and of run folders that are directly in
 * `folder`. Single trials of a sweep do not count; a full run counts before a quick one, of which the later one counts.
 * @throws FileError if the folder cannot be read
 */
export function newestOfEach(folder: string): NewestRuns {
  if (!existsSync(folder))
    throw new FileError(`There is no folder ${folder}. Runs are made by the command train.`);
  const newest = new Map<string, SavedRun>();
  const damaged: string[] = [];
  const folders = foldersIn(folder).flatMap((path) => (isRun(path) ? [path] : foldersIn(path).filter(isRun)));
  for (const path of folders) {
    try {
      const run = readSavedRun(path);
      const { experiment, settings } = run.config;
      if (!run.result || settings.trial) continue;
      const before = newest.get(experiment);
      if (!before || rank(run) >= rank(before)) newest.set(experiment, run);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      damaged.push(error.message);
    }
  }
  return { newest, damaged };
}

/** Orders by profile, then by time. */
function rank({ config }: SavedRun): string {
  return `${config.settings.profile === "full" ? 1 : 0} ${config.started}`;
}

function foldersIn(path: string): string[] {
  return readFolder(path)
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(path, entry.name));
}

/** The folders in runs/<name>/, newest first: their names are times. Throws FileError if they cannot be listed. */
function foldersOf(name: string): string[] {
  const parent = join(runsFolder, name);
  try {
    const names = existsSync(parent) ? readdirSync(parent) : [];
    return names
      .sort()
      .reverse()
      .map((folder) => join(parent, folder));
  } catch (cause) {
    throw new FileError(`Cannot look for runs in ${parent}: ${reasonOf(cause)}.`, { cause });
  }
}

function readable(folder: string): RunConfig | undefined {
  try {
    return readConfig(folder);
  } catch (error) {
    if (error instanceof WgradError) return undefined;
    throw error;
  }
}

function fits(config: RunConfig, wanted: RunCriteria): boolean {
  const { images, settings = {}, adapter, versions } = wanted;
  if ("file" in wanted && config.file?.sha256 !== wanted.file?.sha256) return false;
  if (wanted.experiment !== undefined && config.experiment !== wanted.experiment) return false;
  if (images && !sameImages(config.dataset, images)) return false;
  if (adapter && !sameJson(config.adapter, adapter)) return false;
  if (versions && !sameJson(config.versions, versions)) return false;
  return Object.entries(settings).every(([name, value]) =>
    sameJson(config.settings[name as keyof RunSettings], value),
  );
}

/** What config.json says of the images. */
export function describeImages({
  id,
  origin,
  note,
  classes,
  train,
  test,
  files,
}: Dataset<SampleSet>): RunConfig["dataset"] {
  return {
    ...{ id, origin, note, train: train.count, test: test.count },
    classes: [...classes],
    samples: sampleForm(train),
    files: files.map((file) => ({ ...file })),
  };
}

type Images = Pick<RunConfig["dataset"], "origin" | "train" | "test" | "files">;

/** The same files, or the same number of synthetic ones; they are drawn by the seed, which is a setting. */
export function sameImages(a: Images, b: Images): boolean {
  const facts = ({ origin, train, test, files }: Images) => [
    origin,
    train,
    test,
    files.map(({ md5 }) => md5),
  ];
  return JSON.stringify(facts(a)) === JSON.stringify(facts(b));
}

/** The same values, whatever the order of their names. */
export function sameJson(a: unknown, b: unknown): boolean {
  const sorted = (_: string, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)))
      : value;
  return JSON.stringify(a, sorted) === JSON.stringify(b, sorted);
}

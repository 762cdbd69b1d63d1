/** @file The newest finished run of every experiment below a folder of runs. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { FileError } from "../../engine/errors.ts";
import { readFolder } from "../../engine/platform/node/files.ts";
import { readSavedRun, type SavedRun } from "./saved-run.ts";

export interface FoundRuns {
  /** by experiment */
  readonly newest: ReadonlyMap<string, SavedRun>;
  /** folders whose files are damaged, with the reason */
  readonly damaged: readonly string[];
}

/**
 * Looks through `<folder>/<experiment>/<run>/`, and through run folders that are directly in `folder`. Runs that are not
 * finished do not count, nor do single trials of a sweep; a full run counts before a quick one, of which the later one counts.
 * @throws FileError if the folder cannot be read
 */
export function newestRuns(folder: string): FoundRuns {
  if (!existsSync(folder)) {
    throw new FileError(`There is no folder ${folder}. \`npm run train -- <experiment>\` makes runs.`);
  }
  const newest = new Map<string, SavedRun>();
  const damaged: string[] = [];
  for (const path of runFolders(folder)) {
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

function runFolders(folder: string): string[] {
  return foldersIn(folder).flatMap((path) => (isRun(path) ? [path] : foldersIn(path).filter(isRun)));
}

function isRun(path: string): boolean {
  return existsSync(join(path, "config.json"));
}

function foldersIn(path: string): string[] {
  return readFolder(path)
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(path, entry.name));
}

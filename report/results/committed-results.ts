/** @file The JSON files of docs/results: reading them, and adding those of runs. */
import { existsSync, mkdirSync } from "node:fs";
import { basename, isAbsolute, join } from "node:path";
import { FileError, UsageError } from "../../engine/errors.ts";
import { readFolder } from "../../engine/platform/node/files.ts";
import { writeJson } from "../../runner/json-files.ts";
import { parse } from "../../runner/store/run-folder.ts";
import type { SavedRun } from "../../runner/store/saved-run.ts";
import { resultSchema } from "../../runner/store/schemas.ts";
import { fileName } from "../file-name.ts";
import type { CommittedResult } from "./results-page.ts";

/** Every *.json of the folder. Throws FileError if one is no result. */
export function readResults(folder: string): CommittedResult[] {
  if (!existsSync(folder))
    throw new FileError(`There is no folder ${folder}: name runs to begin it with, or another by --folder.`);
  return readFolder(folder)
    .map(({ name }) => name)
    .filter((name) => name.endsWith(".json"))
    .map((file) => ({ file, result: parse(join(folder, file), resultSchema) }));
}

/**
 * Copies the result of a finished run, with how it was made, and its history to curves/; returns the name of the files, which it
 * replaces.
 */
export function addResult(folder: string, run: SavedRun): string {
  const { result, config } = run;
  if (!result) throw new UsageError(`results: ${run.folder} is not finished, so it has no result.json.`);
  const { command, started, commit, versions, dataset, adapter } = config;
  const words = [
    config.experiment,
    result.profile ?? "full",
    ...(dataset.origin === "synthetic" ? ["synthetic"] : []),
    adapter.class ?? "unknown",
  ];
  const file = `${fileName(words.join("-"))}.json`;
  const content = { adapter, ...result, run: { command, started, commit, versions } };
  writeJson(join(folder, file), withoutFolders(content));
  if (run.history) {
    mkdirSync(join(folder, "curves"), { recursive: true });
    writeJson(join(folder, "curves", file), run.history);
  }
  return file;
}

/** Of paths on the machine of the run, as of one whose networks were used, the name alone. */
function withoutFolders(value: unknown): unknown {
  if (typeof value === "string") return isAbsolute(value) ? basename(value) : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutFolders);
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, withoutFolders(entry)]));
}

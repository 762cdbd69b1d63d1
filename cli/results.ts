/** @file `wgrad results [RUN ...]`: docs/results from committed JSON files, and from runs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FileError } from "../engine/errors.ts";
import { reasonOf } from "../engine/platform/node/builtins.ts";
import { writeFileAtomically } from "../engine/platform/node/files.ts";
import { experiments } from "../experiments/registry.ts";
import { addResult, readResults } from "../report/results/committed-results.ts";
import { readmeTable, wholeTable, withResults } from "../report/results/readme-table.ts";
import { resultsPage } from "../report/results/results-page.ts";
import { command } from "../runner/command.ts";
import { readSavedRun } from "../runner/store/saved-run.ts";
import { isPackage } from "../runner/versions.ts";

interface ResultsOptions {
  readonly folder: string;
  readonly readme?: string;
}

/** Adds the runs, then writes the folder's README.md anew, and a table in another file. */
export function results(runs: readonly string[], { folder, readme }: ResultsOptions): void {
  for (const run of runs) console.log(`added: ${join(folder, addResult(folder, readSavedRun(run)))}`);
  const committed = readResults(folder);
  const page = join(folder, "README.md");
  const ours = !isPackage();
  writeFileAtomically(page, resultsPage(committed, experiments, ours ? undefined : command));
  console.log(`results: ${page} (${committed.length} results)`);
  if (readme === undefined) return;
  const table = ours ? readmeTable(committed) : wholeTable(committed);
  writeFileAtomically(readme, withResults(readText(readme), table, ours ? undefined : "wgrad results"));
  console.log(`table:   ${readme}`);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new FileError(`Cannot read ${path}: ${reasonOf(cause)}.`, { cause });
  }
}

/** @file `wgrad results [RUN ...]`: docs/results from committed JSON files, and from runs. */
import { join } from "node:path";
import { experiments } from "../experiments/registry.ts";
import { addResult, readResults } from "../experiments/results/committed-results.ts";
import { resultsPage } from "../experiments/results/results-page.ts";
import { readSavedRun } from "../experiments/saved-run/saved-run.ts";
import { writeFileAtomically } from "../models/files.ts";

/** Adds the runs, then writes README.md anew. */
export function results(runs: readonly string[], { folder }: { readonly folder: string }): void {
  for (const run of runs) console.log(`added: ${join(folder, addResult(folder, readSavedRun(run)))}`);
  const committed = readResults(folder);
  const page = join(folder, "README.md");
  writeFileAtomically(page, resultsPage(committed, experiments));
  console.log(`results: ${page} (${committed.length} results)`);
}

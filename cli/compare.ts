/** @file `wgrad compare RUN RUN ...`: several runs on one page. */
import { join } from "node:path";
import { compareRuns } from "../experiments/compare/compare-runs.ts";
import { writeReportFiles } from "../experiments/report/write-report.ts";
import { shown } from "../experiments/run/run-folder.ts";
import { readSavedRun } from "../experiments/saved-run/saved-run.ts";

/** Writes report.html and figures/ and says where. */
export async function compare(folders: readonly string[], { out }: { readonly out?: string }): Promise<void> {
  const document = await compareRuns(folders.map(readSavedRun));
  const time = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  const { report } = await writeReportFiles(out ?? join("runs", "compare", time), document);
  console.log(`${document.provenance}\nreport: ${shown(report)}`);
}

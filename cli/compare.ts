/** @file `wgrad compare RUN RUN ...`: several runs on one page. */
import { join } from "node:path";
import { writeReportFiles } from "../report/write-report.ts";
import { compareRuns } from "../runner/compare/compare-runs.ts";
import { shown } from "../runner/store/run-folder.ts";
import { readSavedRun } from "../runner/store/saved-run.ts";

/** Writes report.html and figures/ and says where. */
export async function compare(folders: readonly string[], { out }: { readonly out?: string }): Promise<void> {
  const document = await compareRuns(folders.map(readSavedRun));
  const time = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  const { report } = await writeReportFiles(out ?? join("runs", "compare", time), document);
  console.log(`${document.provenance}\nreport: ${shown(report)}`);
}

/**
 * @file Draws docs/images/report.png, the top of a run's report, by an installed Chromium (WGRAD_CHROMIUM, else `chromium`):
 * `npm run train -- svhn-c --profile quick --out RUN`, then `npx tsx docs/images/report.ts RUN`.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [run] = process.argv.slice(2);
if (run === undefined) throw new Error("Name a run folder: npx tsx docs/images/report.ts RUN");

const profile = mkdtempSync(join(tmpdir(), "wgrad-report-"));
const browser = process.env.WGRAD_CHROMIUM ?? "chromium";
const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--hide-scrollbars",
  `--user-data-dir=${profile}`,
];
const picture = [`--screenshot=${join(import.meta.dirname, "report.png")}`, "--window-size=1100,1500"];
const page = pathToFileURL(resolve(run, "report.html")).href;
try {
  execFileSync(browser, [...flags, ...picture, page], { stdio: "ignore", timeout: 60_000 });
} finally {
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}

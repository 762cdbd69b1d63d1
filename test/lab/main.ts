/**
 * @file `npm run test:lab [-- name]`: the lab in a headless Chromium with SwiftShader, as its visitors use it. Exit code 1 if a journey
 * fails or there is no adapter. WGRAD_PICTURES=folder keeps a screenshot of every view.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadDataset } from "../../datasets/sources/load-dataset.ts";
import { findExperiment } from "../../experiments/registry.ts";
import type { LoadImages } from "../../runner/lab/images.ts";
import { linkToRun } from "../../runner/lab/run-link.ts";
import { startLabServer } from "../../runner/lab/server.ts";
import { openBrowser } from "../../tools/chromium.ts";
import type { Visit } from "./journey.ts";
import { journeys } from "./journeys/index.ts";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "wgrad-lab-"));
const data = join(folder, "data");
mkdirSync(data);

const out = join(folder, "svhn-c");

/** SHA-256 of the weights of svhn-c's quick profile, trained by the command line on SwiftShader. */
function trainInNode(): string {
  const words = ["svhn-c", "--profile", "quick", "--adapter", "swiftshader", "--data", data, "--out", out];
  execFileSync(process.execPath, ["cli/wgrad.mjs", "train", ...words], { cwd: root, stdio: "ignore" });
  return createHash("sha256")
    .update(readFileSync(join(out, "weights.safetensors")))
    .digest("hex");
}

const [wanted] = process.argv.slice(2);
const chosen = journeys.filter(({ name }) => wanted === undefined || name.includes(wanted));
execFileSync(process.execPath, ["--import", "tsx", "tools/build/lab.ts"], { cwd: root, stdio: "inherit" });
const trainedByNode = chosen.some(({ needsRun }) => needsRun) ? trainInNode() : "";
const link = trainedByNode ? await linkToRun(out, findExperiment) : undefined;
const load: LoadImages = (id, seed) => loadDataset(id, { data, seed, synthetic: true });
const server = await startLabServer({
  page: join(root, "dist/lab"),
  port: 0,
  load,
  ...(link && { run: link }),
});
const browser = await openBrowser();
let failed = 0;
for (const { name, go } of chosen) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", ({ message }) => errors.push(message));
  try {
    const visit: Visit = {
      page,
      context,
      address: server.address,
      trainedByNode,
      runLink: link?.query ?? "",
    };
    const found = await go(visit);
    if (errors.length > 0) throw new Error(`the page threw: ${errors.join("; ")}`);
    console.log(`ok    ${name}: ${found}`);
  } catch (error) {
    failed++;
    console.error(`FAIL  ${name}: ${error instanceof Error ? error.message : error}`);
  } finally {
    await context.close();
  }
}
await browser.close();
await server.close();
rmSync(folder, { recursive: true });
console.log(failed === 0 ? "The lab does what its visitors do." : `${failed} journeys failed.`);
process.exit(failed === 0 ? 0 : 1);

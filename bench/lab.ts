/**
 * @file `npm run bench:lab`: the lab in Chromium beside the same training in Node, in turns, both on SwiftShader; and how long the page's
 * main thread is held by its longest task, view by view, while it trains.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { loadDataset } from "../datasets/sources/load-dataset.ts";
import { unpackSwiftShader } from "../engine/platform/node/software-vulkan.ts";
import { startLabServer } from "../runner/lab/server.ts";
import { openBrowser } from "../tools/chromium.ts";
import { views } from "../web/address.ts";
import { experiments } from "../web/worker/experiments.ts";
import { Lab } from "../web/worker/lab.ts";
import { parseWords, runScript } from "./arguments.ts";
import { Timeline } from "./timeline.ts";

const choice = { experiment: "svhn-c", profile: "quick", seed: 1 } as const;
const root = join(import.meta.dirname, "..");

async function main(): Promise<number> {
  const { values } = parseWords({
    options: {
      rounds: { type: "string", default: "2" },
      seconds: { type: "string", default: "8" },
      child: { type: "boolean", default: false },
    },
  });
  if (values.child) {
    console.log(JSON.stringify({ rate: await rateInNode() }));
    return 0;
  }
  execFileSync(process.execPath, ["--import", "tsx", "tools/build/lab.ts"], { cwd: root, stdio: "ignore" });
  const data = mkdtempSync(join(tmpdir(), "wgrad-bench-lab-"));
  const load = (id: Parameters<typeof loadDataset>[0], seed: number) =>
    loadDataset(id, { data, seed, synthetic: true });
  const server = await startLabServer({ page: join(root, "dist/lab"), port: 0, load });
  const browser = await openBrowser();
  console.log("steps a second, first and last ones left out");
  for (let round = 1; round <= Number(values.rounds); round++) {
    const [inPage, inNode] = [await rateInPage(browser, server.address), await rateInChild()];
    console.log(
      `  page ${inPage.toFixed(2)}   Node ${inNode.toFixed(2)}   page of Node ${(inPage / inNode).toFixed(2)}`,
    );
  }
  console.log("longest task of the main thread, ms        by the clock   of processor time   above 100 ms");
  await longestTasks(browser, server.address, Number(values.seconds));
  await browser.close();
  await server.close();
  rmSync(data, { recursive: true });
  return 0;
}

/** A training in the page from its first step to its last. */
async function rateInPage(browser: Browser, address: string): Promise<number> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${address}?lang=en&seed=${choice.seed}`);
  const timeline = new Timeline();
  for (let isDone = false; !isDone; ) {
    await page.waitForTimeout(100);
    const { state, step } = await stateOf(page);
    timeline.at(step);
    isDone = state === "done";
  }
  await context.close();
  return timeline.rate;
}

async function stateOf(page: Page): Promise<{ readonly state: string | undefined; readonly step: number }> {
  return page.evaluate(() => {
    const element = document.querySelector<HTMLElement>(".state");
    const [, step = "0"] = /step (\d+)/.exec(element?.textContent ?? "") ?? [];
    return { state: element?.dataset.state, step: Number(step) };
  });
}

/** The worker's own code in Node, on the adapter that the environment leaves. */
async function rateInNode(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "wgrad-bench-lab-"));
  process.chdir(folder); // where the browser's own file system would be
  const lab = new Lab(experiments);
  const timeline = new Timeline();
  let steps = 0;
  const ended = new Promise<void>((resolve, reject) => {
    const options = { afresh: true, run: false, page: "http://localhost:1/" }; // where no server is: the images are drawn
    void lab.start(choice, options, (event) => {
      if (event.kind === "steps") {
        steps += event.steps.length;
        timeline.at(steps);
      }
      if (event.kind !== "state") return;
      if (event.state === "done") resolve();
      if (event.state === "failed") reject(new Error(event.message));
    });
  });
  await ended;
  await lab.close();
  process.chdir(root);
  rmSync(folder, { recursive: true });
  return timeline.rate;
}

/** In a process that sees SwiftShader alone. */
async function rateInChild(): Promise<number> {
  const drivers = await unpackSwiftShader();
  const words = ["--import", "tsx", "bench/lab.ts", "--child"];
  const env = {
    ...process.env,
    VK_ICD_FILENAMES: join(drivers, "vk_swiftshader_icd.json"),
    LD_LIBRARY_PATH: drivers,
  };
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { cwd: root, env, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return (JSON.parse(stdout.trim().split("\n").at(-1)!) as { rate: number }).rate;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** microseconds by the clock, and of processor time */
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** Looks at each view for some seconds while a training runs. */
async function longestTasks(browser: Browser, address: string, seconds: number): Promise<void> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${address}?lang=en&seed=${choice.seed}`);
  while ((await stateOf(page)).step < 3) await page.waitForTimeout(200);
  for (const [i, view] of views.entries()) {
    await browser.startTracing(page, { categories: ["toplevel"] });
    await page.locator("nav button").nth(i).click();
    await page.waitForTimeout(1000 * seconds);
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
      traceEvents: TraceEvent[];
    };
    const tasks = tasksOfPage(traceEvents);
    const most = (key: "dur" | "tdur") => Math.max(0, ...tasks.map((task) => (task[key] ?? 0) / 1000));
    const long = tasks.filter(({ tdur = 0 }) => tdur > 100_000).length;
    console.log(
      `  ${view.padEnd(40)}${most("dur").toFixed(0).padStart(12)}${most("tdur").toFixed(0).padStart(20)}${String(long).padStart(15)}`,
    );
  }
  await context.close();
}

/** The tasks of the thread that draws the page: of all main threads of renderers the one that did most. */
function tasksOfPage(events: readonly TraceEvent[]): TraceEvent[] {
  const mains = events.filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain");
  const tasksOf = ({ pid, tid }: TraceEvent) =>
    events.filter((event) => event.pid === pid && event.tid === tid && event.name.includes("RunTask"));
  return mains.map(tasksOf).sort((a, b) => b.length - a.length)[0] ?? [];
}

runScript("bench:lab", main);

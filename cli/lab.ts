/** @file `wgrad lab`: serves the lab, a page that trains on the visitor's GPU, from this machine to this machine. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Dataset } from "../datasets/dataset.ts";
import { loadDataset } from "../datasets/sources/load-dataset.ts";
import { FileError } from "../engine/errors.ts";
import { findExperiment } from "../experiments/registry.ts";
import type { LoadImages } from "../runner/lab/images.ts";
import { linkToRun } from "../runner/lab/run-link.ts";
import { startLabServer } from "../runner/lab/server.ts";
import { isPackage, projectFolder } from "../runner/versions.ts";
import { DownloadLine } from "./download-line.ts";
import { interruptSignal } from "./interrupt.ts";

interface LabOptions {
  readonly port: number;
  readonly open?: boolean;
  readonly data?: string;
  readonly run?: string;
}

/** Serves until it is interrupted. */
export async function lab({ port, open, data, run }: LabOptions): Promise<void> {
  const link = run === undefined ? undefined : await linkToRun(run, findExperiment);
  const page = builtPage();
  const signal = interruptSignal(() => {});
  const server = await startLabServer({
    page,
    port,
    load: loader(data),
    ...(link && { run: link }),
  });
  const address = `${server.address}${link?.query ?? ""}`;
  console.log(`The lab is at ${address}`);
  console.log("It computes in your browser, on your GPU; nothing leaves this machine. Ctrl-C ends it.");
  if (open) openBrowser(address);
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  await server.close();
}

/** The folder of the page. In a clone it is built when a source is newer. */
function builtPage(): string {
  if (isPackage()) return join(projectFolder, "lab");
  const folder = join(projectFolder, "dist/lab");
  const built = join(folder, "index.html");
  if (existsSync(built) && statSync(built).mtimeMs > newestSource()) return folder;
  console.log("Building the page (a few seconds, once) ...");
  try {
    execFileSync(process.execPath, ["--import", "tsx", "tools/build/lab.ts"], {
      cwd: projectFolder,
      stdio: "pipe",
    });
  } catch (cause) {
    throw new FileError(
      `The page could not be built: ${String((cause as { stderr?: Buffer }).stderr ?? cause)}`,
      {
        cause,
      },
    );
  }
  return folder;
}

function newestSource(): number {
  const rooms = [
    "web",
    "engine",
    "kernels",
    "models",
    "lessons",
    "datasets",
    "runner",
    "experiments",
    "report",
    "docs/results",
    "tools/build",
  ];
  const files = rooms.flatMap((room) =>
    readdirSync(join(projectFolder, room), { recursive: true, encoding: "utf8" }).map((path) =>
      join(projectFolder, room, path),
    ),
  );
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}

/** Data sets as they are asked for; the last one stays in memory. */
function loader(data: string | undefined): LoadImages {
  const progress = new DownloadLine(process.stderr);
  let last: { readonly key: string; readonly dataset: Promise<Dataset> } | undefined;
  return (id, seed) => {
    const key = `${id} ${seed}`;
    if (last?.key !== key) {
      const dataset = loadDataset(id, {
        ...(data !== undefined && { data }),
        seed,
        onProgress: progress.show,
      });
      last = { key, dataset };
      dataset.catch(() => {
        last = undefined; // the next request tries again
      });
    }
    return last.dataset;
  };
}

function openBrowser(address: string): void {
  const [command, ...words] = { darwin: ["open"], win32: ["cmd", "/c", "start", ""] }[
    process.platform as string
  ] ?? ["xdg-open"];
  spawn(command!, [...words, address], { stdio: "ignore", detached: true })
    .on("error", () => console.log(`Open ${address} in a browser.`))
    .unref();
}

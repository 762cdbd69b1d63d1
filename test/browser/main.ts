/**
 * @file `npm run test:browser`: wgrad in a headless Chromium with SwiftShader, without cross-origin isolation. Exit code 1 if
 * anything fails, if there is no adapter, or if a bit differs from Node's on the same adapter.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import chromium from "@sparticuz/chromium";
import { build } from "esbuild";
import { createEngine } from "../../engine/index.ts";
import { shadersInline } from "../../tools/build/esbuild-plugin.ts";
import { chromiumFlags } from "../../tools/chromium.ts";
import type { Findings } from "./journeys.ts";
import { kerasFiles } from "./keras-files.ts";
import { photographFiles } from "./photograph-files.ts";
import { network, train } from "./training.ts";

const longest = 8 * 60_000;

async function bundle(): Promise<Map<string, string>> {
  const result = await build({
    entryPoints: ["page.ts", "worker.ts"].map((file) => join(import.meta.dirname, file)),
    bundle: true,
    minify: true,
    platform: "browser",
    format: "esm",
    target: "es2022",
    outdir: "/",
    write: false,
    plugins: [shadersInline()],
  });
  return new Map(result.outputFiles.map(({ path, text }) => [path, text]));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request) text += part;
  return text;
}

/** Serves the page and resolves with what it reports. */
async function inBrowser(
  files: ReadonlyMap<string, string>,
  data: ReadonlyMap<string, string>,
): Promise<Partial<Findings>[]> {
  let report: (findings: Partial<Findings>[]) => void = () => {};
  const reported = new Promise<Partial<Findings>[]>((resolve) => {
    report = resolve;
  });
  const server = createServer(async (request, response) => {
    const path = request.url ?? "/";
    const script = files.get(path);
    if (path === "/report") report(JSON.parse(await bodyOf(request)));
    else if (script !== undefined) response.setHeader("content-type", "text/javascript").write(script);
    else if (data.has(path)) response.write(data.get(path));
    else if (/^\/golden\/[\w./-]+$/.test(path) && !path.includes(".."))
      response.write(readFileSync(join(import.meta.dirname, "..", path)));
    else if (path === "/")
      response.setHeader("content-type", "text/html").write('<script type="module" src="/page.js"></script>');
    else response.statusCode = 404;
    response.end();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const profile = mkdtempSync(join(tmpdir(), "wgrad-browser-"));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const path = process.env.WGRAD_CHROMIUM ?? (await chromium.executablePath());
  const browser = spawn(path, [...chromiumFlags, `--user-data-dir=${profile}`, address], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  browser.stderr.on("data", (text) => {
    said = `${said}${text}`.slice(-3000);
  });
  const ended = new Promise<never>((_, reject) => {
    browser.on("exit", (code) =>
      reject(new Error(`Chromium ended with ${code} before the page reported.\n${said}`)),
    );
    setTimeout(
      () => reject(new Error(`The page reported nothing for ${longest / 60_000} minutes.\n${said}`)),
      longest,
    ).unref();
  });
  try {
    return await Promise.race([reported, ended]);
  } finally {
    ended.catch(() => {});
    browser.kill("SIGKILL");
    server.close();
    server.closeAllConnections();
    await new Promise((gone) =>
      browser.exitCode === null && browser.signalCode === null ? browser.on("exit", gone) : gone(0),
    );
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function inNode(): Promise<unknown> {
  const engine = await createEngine({ adapter: "swiftshader" });
  const result = await train(await network(engine), { epochs: 4 });
  engine.dispose();
  return result;
}

/** What is wrong with the findings of the page or the worker. */
function problemsOf(findings: Partial<Findings> | undefined, expected: unknown): string[] {
  if (!findings) return ["reported nothing"];
  const { problems = [], adapter, isolated, whole, resumed } = findings;
  const same = (a: unknown) => JSON.stringify(a) === JSON.stringify(expected);
  return [
    ...problems,
    ...(adapter === "swiftshader" ? [] : [`ran on ${adapter}, not on SwiftShader`]),
    ...(isolated === false ? [] : ["is isolated from other origins: most pages are not"]),
    ...(same(whole) ? [] : [`training differs from Node's: ${JSON.stringify({ whole, expected })}`]),
    ...(resumed && JSON.stringify(resumed) === JSON.stringify(whole)
      ? []
      : [`resumed differs: ${JSON.stringify({ resumed, whole })}`]),
  ];
}

const data = new Map([
  ["/photographs.json", JSON.stringify(await photographFiles())],
  ["/keras.json", JSON.stringify(await kerasFiles())],
]);
const found = await inBrowser(await bundle(), data);
const expected = await inNode();
const problems = [0, 1].flatMap((i) =>
  problemsOf(found[i], expected).map((text) => `${["page", "worker"][i]}: ${text}`),
);
for (const line of problems) console.error(line);
console.log(JSON.stringify(found.map(({ where, adapter, counts }) => ({ where, adapter, counts }))));
console.log(
  problems.length === 0
    ? "The browser computes what Node computes, bit for bit, and decodes what Node decodes."
    : `${problems.length} problems.`,
);
process.exit(problems.length === 0 ? 0 : 1);

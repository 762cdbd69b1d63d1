/**
 * @file `npm run test:package [-- quick]`: packs dist/wgrad, installs it into an empty project and uses it there: in every
 * runtime, by TypeScript and by bundlers. `quick` leaves out the runtimes that npm would have to bring. Exit code 1 if anything fails.
 */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build as bundle } from "esbuild";
import { build as viteBuild } from "vite";
import { unpackSwiftShader } from "../../engine/platform/node/software-vulkan.ts";

const root = join(import.meta.dirname, "../..");
const here = import.meta.dirname;
const project = mkdtempSync(join(tmpdir(), "wgrad-package-"));
const environment: NodeJS.ProcessEnv = {
  ...process.env,
  WGRAD_ADAPTER: process.env.WGRAD_ADAPTER ?? "swiftshader",
};

/** Most that the package, what it brings, and a page may take, in bytes. The aim for a page is 80,000: this holds what is reached. */
const most = { tarball: 500_000, installed: 5_000_000, page: 112_000 };

const problems: string[] = [];
const losses = new Map<string, string>();

function run(command: string, args: readonly string[], folder = project): string {
  return execFileSync(command, args, {
    cwd: folder,
    env: environment,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Runs one check; what it throws is a problem of that name. */
async function check(name: string, body: () => unknown): Promise<void> {
  try {
    const said = await body();
    console.log(`ok    ${name}${said === undefined ? "" : `: ${said}`}`);
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout?: string; stderr?: string };
    problems.push(name);
    console.log(`WRONG ${name}: ${message}\n${stdout ?? ""}${stderr ?? ""}`);
  }
}

function within(what: string, bytes: number, limit: number): string {
  if (bytes > limit) throw new Error(`${what} takes ${bytes} bytes, at most ${limit} are allowed`);
  return `${bytes} of ${limit} bytes`;
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => statSync(join(folder, path)))
    .reduce((sum, stats) => sum + (stats.isFile() ? stats.size : 0), 0);
}

/** Packs the library and installs it alone; what it takes of peers comes from this clone. */
function install(): string {
  const packed = run(
    "npm",
    ["pack", "--silent", "--pack-destination", project],
    join(root, "dist/wgrad"),
  ).trim();
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({ name: "empty", type: "module", private: true }),
  );
  run("npm", ["install", "--no-audit", "--no-fund", "--omit=peer", join(project, packed)]);
  return join(project, packed);
}

function linkPeers(): void {
  for (const name of ["webgpu", "@sparticuz/chromium"]) {
    const link = join(project, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    rmSync(link, { recursive: true, force: true });
    symlinkSync(join(root, "node_modules", name), link);
  }
}

/** Trains in a runtime; all must come to the same losses. */
function smoke(name: string, command: string, args: readonly string[]): string {
  const { loss, named, adapter } = JSON.parse(run(command, args).trim().split("\n").at(-1)!);
  if (named !== true) throw new Error("the error class has lost its name");
  losses.set(name, JSON.stringify(loss));
  if (new Set(losses.values()).size > 1)
    throw new Error(`other losses than before: ${JSON.stringify([...losses])}`);
  return `${adapter}, losses ${loss}`;
}

function compile(moduleResolution: "nodenext" | "bundler"): void {
  const module = moduleResolution === "bundler" ? "esnext" : "nodenext";
  const options = {
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    target: "es2022",
    lib: ["es2023", "dom", "esnext.disposable"],
  };
  const config = {
    compilerOptions: { ...options, module, moduleResolution, types: [] },
    files: ["consumer.ts"],
  };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify(config));
  run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.json"]);
}

async function pageSize(): Promise<string> {
  const page = join(project, "page");
  mkdirSync(page, { recursive: true });
  writeFileSync(join(page, "index.html"), '<script type="module" src="./page.mjs"></script>');
  const code = readFileSync(join(here, "smoke.mjs"), "utf8").replace(/\{ adapter: process.env.*? \}/, "{}");
  writeFileSync(join(page, "page.mjs"), code);
  await viteBuild({ root: page, logLevel: "error", build: { target: "es2022" } });
  const assets = join(page, "dist/assets");
  const scripts = readdirSync(assets).map((file) => readFileSync(join(assets, file)));
  for (const script of scripts)
    if (/getBuiltinModule|node:fs/.test(script.toString())) throw new Error("there is Node in the page");
  return within(
    "the page, gzip",
    scripts.reduce((sum, script) => sum + gzipSync(script, { level: 9 }).length, 0),
    most.page,
  );
}

/** The data sets of a page, bundled as for one: an IDX file is read, and the names of Node are not in it. */
async function dataInPage(): Promise<string> {
  const outfile = join(project, "page-data.mjs");
  const contents = `
    import { readIdx, syntheticStreetDigits } from "wgrad/datasets";
    const { shape, values } = await readIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9).buffer);
    console.log(JSON.stringify([shape, [...values], syntheticStreetDigits("train", 3).images.length]));`;
  await bundle({
    stdin: { contents, resolveDir: project },
    outfile,
    bundle: true,
    minify: true,
    platform: "browser",
    format: "esm",
  });
  const code = readFileSync(outfile);
  if (/getBuiltinModule|node:/.test(code.toString())) throw new Error("there is Node in the page");
  const said = run(process.execPath, [outfile]).trim();
  if (said !== "[[2],[7,9],9216]") throw new Error(`it says ${said}`);
  return `${gzipSync(code, { level: 9 }).length} bytes, gzip`;
}

async function bundleForNode(): Promise<string> {
  const outfile = join(project, "bundled.mjs");
  await bundle({
    entryPoints: [join(project, "smoke.mjs")],
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    external: ["webgpu"],
  });
  return smoke("esbuild", process.execPath, [outfile]);
}

/** Other versions of Node, Deno and Bun, as npm brings them. */
async function otherRuntimes(): Promise<void> {
  const runtimes = mkdtempSync(join(tmpdir(), "wgrad-runtimes-"));
  const bring = (folder: string, name: string) => {
    const place = join(runtimes, folder);
    mkdirSync(place);
    writeFileSync(join(place, "package.json"), "{}");
    run("npm", ["install", "--no-audit", "--no-fund", "--foreground-scripts", name], place);
    return join(place, "node_modules/.bin", folder.replace(/-.*/, ""));
  };
  for (const version of ["20.16.0", "22", "24"])
    await check(`Node ${version}`, () =>
      smoke(`node ${version}`, bring(`node-${version}`, `node@${version}`), ["smoke.mjs"]),
    );
  // these two choose drivers by what the environment says when they start
  const drivers = await unpackSwiftShader();
  environment.WGRAD_ADAPTER = "auto";
  environment.VK_ICD_FILENAMES = join(drivers, "vk_swiftshader_icd.json");
  environment.LD_LIBRARY_PATH = drivers;
  await check("Deno", () => smoke("deno", bring("deno", "deno"), ["run", "-A", "smoke.mjs"]));
  await check("Bun", () => smoke("bun", bring("bun", "bun"), ["smoke.mjs"]));
  rmSync(runtimes, { recursive: true, force: true });
}

const tarball = install();
await check("tarball", () => within("the tarball", statSync(tarball).size, most.tarball));
await check("npm install wgrad", () =>
  within("what it brings", sizeOf(join(project, "node_modules")), most.installed),
);
linkPeers();
for (const file of ["smoke.mjs", "consumer.ts"]) cpSync(join(here, file), join(project, file));
await check(`Node ${process.versions.node}`, () => smoke("node", process.execPath, ["smoke.mjs"]));
await check("TypeScript, nodenext", () => compile("nodenext"));
await check("TypeScript, bundler", () => compile("bundler"));
await check("a page by Vite", pageSize);
await check("data sets in a page", dataInPage);
await check("esbuild for Node", bundleForNode);
const tool = (path: string) => join(root, "node_modules", path);
await check(
  "publint",
  () => void run(process.execPath, [tool("publint/src/cli.js"), "--strict", join(root, "dist/wgrad")]),
);
await check(
  "arethetypeswrong",
  () =>
    void run(process.execPath, [
      tool("@arethetypeswrong/cli/dist/index.js"),
      tarball,
      "--profile",
      "esm-only",
    ]),
);
if (process.argv[2] !== "quick") await otherRuntimes();
rmSync(project, { recursive: true, force: true });
console.log(
  problems.length === 0
    ? "The package works everywhere it was tried."
    : `${problems.length} problems: ${problems.join(", ")}.`,
);
process.exit(problems.length === 0 ? 0 : 1);

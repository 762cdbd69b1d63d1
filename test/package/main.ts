/**
 * @file `npm run test:package [-- quick]`: packs what was built, installs it into empty projects and uses it there: the library
 * in every runtime, by TypeScript and by bundlers, the command line by its commands. `quick` leaves out the runtimes that npm
 * would have to bring. Exit code 1 if anything fails.
 */
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
import { shaderPath } from "../../engine/source.ts";
import { readShaders } from "../../tools/build/esbuild-plugin.ts";
import { staysFile } from "../../tools/build/inline-shaders.ts";
import {
  check,
  checkManifest,
  compile,
  emptyProject,
  environment,
  pack,
  problems,
  root,
  run,
  sizeOf,
  within,
} from "./checks.ts";
import { checkCommandLine, removeCommandLine, trainBy } from "./command-line.ts";

const here = import.meta.dirname;
const project = emptyProject("wgrad-package-");

/**
 * Most that the package, what it brings, and pages may take, in bytes. A page that trains a CNN keeps below the aim of 80,000 with ops
 * alone; with a model, fit() brings all that Keras's does: recomputing 3,000, metrics and hinge losses 4,000. The kernels for GPUs
 * that take any size beside those for vectors are 6,000. The tarball kept to 500,000 before the exchange with other frameworks and the
 * trained networks came in.
 */
const most = { tarball: 612_000, installed: 5_000_000, pageOfOps: 62_000, pageWithModel: 122_000 };

const losses = new Map<string, string>();

/** Packs the library and installs it alone; what it takes of peers comes from this clone. */
function install(): string {
  const packed = pack("wgrad", project);
  run("npm", ["install", "--no-audit", "--no-fund", "--omit=peer", packed], project);
  return packed;
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
  const { loss, named, adapter } = JSON.parse(run(command, args, project).trim().split("\n").at(-1)!);
  if (named !== true) throw new Error("the error class has lost its name");
  losses.set(name, JSON.stringify(loss));
  if (new Set(losses.values()).size > 1)
    throw new Error(`other losses than before: ${JSON.stringify([...losses])}`);
  return `${adapter}, losses ${loss}`;
}

/** The shaders that are in no module must be where Node looks for them. */
function filesForNode(): string {
  const ids = [...readShaders().keys()].filter(staysFile);
  for (const path of ids.map(shaderPath)) {
    const [own, installed] = [root, join(project, "node_modules/wgrad")].map((folder) =>
      readFileSync(join(folder, path), "utf8"),
    );
    if (own !== installed) throw new Error(`${path} differs from the clone's`);
  }
  return `${ids.length} files`;
}

/** Bundles a page whose only script is `source` and weighs it. */
async function pageSize(source: string, limit: number): Promise<string> {
  const page = join(project, `page-${source}`);
  mkdirSync(page, { recursive: true });
  writeFileSync(join(page, "index.html"), '<script type="module" src="./page.mjs"></script>');
  const code = readFileSync(join(here, source), "utf8").replace(/\{ adapter: process.env.*? \}/, "{}");
  writeFileSync(join(page, "page.mjs"), code);
  await viteBuild({ root: page, logLevel: "error", build: { target: "es2022" } });
  const assets = join(page, "dist/assets");
  const scripts = readdirSync(assets).map((file) => readFileSync(join(assets, file)));
  for (const script of scripts)
    if (/getBuiltinModule|node:fs|enable chromium/.test(script.toString()))
      throw new Error("there is something of Node or Dawn alone in the page");
  return within(
    "the page, gzip",
    scripts.reduce((sum, script) => sum + gzipSync(script, { level: 9 }).length, 0),
    limit,
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
  const said = run(process.execPath, [outfile], project).trim();
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
  for (const version of ["20.16.0", "22", "24"]) {
    const node = bring(`node-${version}`, `node@${version}`);
    await check(`Node ${version}`, () => smoke(`node ${version}`, node, ["smoke.mjs"]));
    await check(`Node ${version}, the command line`, () => trainBy(node, `by-node-${version}`));
  }
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
await check("shaders that stay files", filesForNode);
linkPeers();
for (const file of ["smoke.mjs", "ops.mjs", "consumer.ts"]) cpSync(join(here, file), join(project, file));
await check(`Node ${process.versions.node}`, () => smoke("node", process.execPath, ["smoke.mjs"]));
await check("TypeScript, nodenext", () => compile("consumer.ts", project, "nodenext"));
await check("TypeScript, bundler", () => compile("consumer.ts", project, "bundler"));
await check("ops alone", () => run(process.execPath, ["ops.mjs"], project).trim());
await check("a page by Vite, ops alone", () => pageSize("ops.mjs", most.pageOfOps));
await check("a page by Vite, with a model", () => pageSize("smoke.mjs", most.pageWithModel));
await check("data sets in a page", dataInPage);
await check("esbuild for Node", bundleForNode);
await checkManifest("wgrad", tarball);
await checkCommandLine();
if (process.argv[2] !== "quick") await otherRuntimes();
rmSync(project, { recursive: true, force: true });
removeCommandLine();
console.log(
  problems.length === 0
    ? "The packages work everywhere they were tried."
    : `${problems.length} problems: ${problems.join(", ")}.`,
);
process.exit(problems.length === 0 ? 0 : 1);

/** @file The command line as npm installs it: both packages in an empty project, an experiment of one's own trained there. */
import { spawn } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import {
  check,
  checkManifest,
  compile,
  emptyProject,
  environment,
  pack,
  root,
  run,
  within,
} from "./checks.ts";

/** Bytes at most: of the tarball, of which half is the page of the lab, and of the page's files, gzip, which any host serves. */
const most = { tarball: 1_150_000, lab: 1_000_000 };

const project = emptyProject("wgrad-cli-package-");
const noNetwork = pathToFileURL(join(root, "test/cli/support/no-network.mjs")).href;
const offline = { ...environment, WGRAD_DATA: join(project, "data"), NODE_OPTIONS: `--import=${noNetwork}` };

const wgrad = (...words: string[]) => run("npx", ["wgrad", ...words], project, offline);

function holds(text: string, part: string | RegExp): void {
  if (!(typeof part === "string" ? text.includes(part) : part.test(text)))
    throw new Error(`there is no ${part} in:\n${text}`);
}

/** All that is installed comes from npm but for the two tarballs; nothing is taken from this clone. */
function install(tarballs: readonly string[]): void {
  const words = ["install", "--prefer-offline", "--no-audit", "--no-fund", ...tarballs];
  run("npm", words, project);
}

/** Writes the experiment that `new` begins with, and an op of the library in it: both must be of the same engine. */
function writeExperiment(): void {
  wgrad("new", "digits");
  appendFileSync(
    join(project, "digits.ts"),
    `
import { Dense as same } from "wgrad";
import { writeReport } from "wgrad/report";
if (same !== Dense || typeof writeReport !== "function") throw new Error("another copy of wgrad");
`,
  );
}

const words = ["--epochs", "1", "--limit", "200", "--test-limit", "100"];

/** Trains it by a version of Node; each must come to the same weights. */
export function trainBy(node: string, out: string): string {
  const launcher = join(project, "node_modules/wgrad-cli/cli/wgrad.mjs");
  run(node, [launcher, "train", "./digits.ts", ...words, "--out", out], project, offline);
  const weights = (folder: string) => readFileSync(join(project, folder, "weights.safetensors"));
  if (!weights(out).equals(weights("first"))) throw new Error("other weights than by npx");
  return "the same weights";
}

function train(): string {
  run("git", ["init", "--quiet"], project); // a commit of the project's own is none of wgrad's
  run("git", ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a", "--allow-empty"], project);
  const said = wgrad("train", "./digits.ts", ...words, "--out", "first");
  holds(said, "in full: npx wgrad train ./digits.ts --profile full");
  const { commit, versions } = JSON.parse(readFileSync(join(project, "first/config.json"), "utf8"));
  if (commit !== null) throw new Error(`config.json has the commit ${commit} of another repository`);
  const report = readFileSync(join(project, "first/report.html"), "utf8");
  holds(report, "Confusion matrix of the test set");
  holds(report, "--hairline"); // the style sheets are there
  for (const figure of ["loss.svg", "loss.png"])
    if (!existsSync(join(project, "first/figures", figure))) throw new Error(`there is no figure ${figure}`);
  return `wgrad ${versions.wgrad}, report.html of ${statSync(join(project, "first/report.html")).size} bytes`;
}

function labSize(): string {
  const folder = join(project, "node_modules/wgrad-cli/lab");
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const sizes = files.map(
    ({ parentPath, name }) => gzipSync(readFileSync(join(parentPath, name)), { level: 9 }).length,
  );
  return within(
    "the lab",
    sizes.reduce((sum, size) => sum + size, 0),
    most.lab,
  );
}

/** The page is in the package, and its scripts are where it looks for them. */
async function serveLab(): Promise<string> {
  const launcher = join(project, "node_modules/wgrad-cli/cli/wgrad.mjs");
  const server = spawn(process.execPath, [launcher, "lab"], { cwd: project, env: offline });
  try {
    const address = await new Promise<string>((resolve, reject) => {
      server.stdout.on("data", (text) => {
        const found = /http:\S+/.exec(String(text));
        if (found) resolve(found[0]);
      });
      server.on("exit", (code) => reject(new Error(`it ended with ${code}`)));
    });
    const page = await (await fetch(address)).text();
    const script = /src="(\.\/assets\/[^"]+\.js)"/.exec(page)?.[1];
    const { status } = await fetch(new URL(script ?? "none", address));
    if (status !== 200) throw new Error(`there is no script ${script} of the page`);
    return address;
  } finally {
    server.kill();
  }
}

export async function checkCommandLine(): Promise<void> {
  const tarballs = ["wgrad", "wgrad-cli"].map((name) => pack(name, project));
  await check("tarball of wgrad-cli", () => within("the tarball", statSync(tarballs[1]!).size, most.tarball));
  await check("npm install wgrad wgrad-cli", () => install(tarballs));
  await check("wgrad --version", () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    holds(wgrad("--version"), version);
  });
  await check("wgrad list", () => holds(wgrad("list"), /svhn-c\b/));
  await check("wgrad explain conv2d", () => holds(wgrad("explain", "conv2d"), "sources of wgrad"));
  await check("the files of the lab, gzip", labSize);
  await check("wgrad lab", serveLab);
  await check("wgrad gradcheck dense", () => holds(wgrad("gradcheck", "dense"), "dense"));
  await check("wgrad new", writeExperiment);
  await check("wgrad train ./digits.ts", train);
  for (const resolution of ["nodenext", "bundler"] as const)
    await check(`TypeScript, ${resolution}, of the experiment`, () =>
      compile("digits.ts", project, resolution),
    );
  await check("wgrad evaluate", () => holds(wgrad("evaluate", "first"), "accuracy"));
  await check("wgrad/report", () => {
    cpSync(join(import.meta.dirname, "report.mjs"), join(project, "report.mjs"));
    const report = run(process.execPath, ["report.mjs"], project, offline).trim();
    holds(readFileSync(join(project, report), "utf8"), "Points");
  });
  await check("wgrad results", () => {
    const readme = join(project, "mine.md");
    const marks = "<!-- results:begin (wgrad results writes what follows) -->\n<!-- results:end -->\n";
    writeFileSync(readme, marks);
    wgrad("results", "first", "--folder", "results", "--readme", readme);
    holds(readFileSync(readme, "utf8"), "`digits`");
    const page = readFileSync(join(project, "results/README.md"), "utf8");
    holds(page, "npx wgrad results");
    if (/npm run|pytorch/.test(page)) throw new Error("it names what only the project has");
  });
  await check("wgrad book", () => {
    wgrad("book", "--runs", ".", "--out", "book.html", "--lang", "es");
    holds(readFileSync(join(project, "book.html"), "utf8"), 'lang="es"');
  });
  await checkManifest("wgrad-cli", tarballs[1]!);
}

export function removeCommandLine(): void {
  rmSync(project, { recursive: true, force: true });
}

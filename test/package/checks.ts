/** @file What the checks of both packages share: projects, commands, and a line for each check. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const root = join(import.meta.dirname, "../..");
export const environment: NodeJS.ProcessEnv = {
  ...process.env,
  WGRAD_ADAPTER: process.env.WGRAD_ADAPTER ?? "swiftshader",
};

/** Names of the checks that failed. */
export const problems: string[] = [];

/** A new folder with nothing but a package.json. */
export function emptyProject(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), name));
  const manifest = { name: "empty", type: "module", private: true };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  return folder;
}

/** Packs dist/<name> into a folder; returns the tarball. */
export function pack(name: string, folder: string): string {
  const words = ["pack", "--silent", "--pack-destination", folder];
  return join(folder, run("npm", words, join(root, "dist", name)).trim());
}

/** What a program prints. Throws if it fails. */
export function run(command: string, args: readonly string[], folder: string, env = environment): string {
  return execFileSync(command, args, {
    cwd: folder,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Runs a program that npm has put into the clone. */
export function runTool(path: string, args: readonly string[], folder = root): string {
  return run(process.execPath, [join(root, "node_modules", path), ...args], folder);
}

/** Runs one check; what it throws is a problem of that name. */
export async function check(name: string, body: () => unknown): Promise<void> {
  try {
    const said = await body();
    console.log(`ok    ${name}${said === undefined ? "" : `: ${said}`}`);
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout?: string; stderr?: string };
    problems.push(name);
    console.log(`WRONG ${name}: ${message}\n${stdout ?? ""}${stderr ?? ""}`);
  }
}

export function within(what: string, bytes: number, limit: number): string {
  if (bytes > limit) throw new Error(`${what} takes ${bytes} bytes, at most ${limit} are allowed`);
  return `${bytes} of ${limit} bytes`;
}

export function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => statSync(join(folder, path)))
    .reduce((sum, stats) => sum + (stats.isFile() ? stats.size : 0), 0);
}

/** Compiles a file of a project strictly, with the declarations of the packages checked too. */
export function compile(file: string, folder: string, moduleResolution: "nodenext" | "bundler"): void {
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
    files: [file],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  runTool("typescript/bin/tsc", ["-p", "tsconfig.json"], folder);
}

/** What those who publish packages check: files, exports and types. */
export async function checkManifest(name: string, tarball: string): Promise<void> {
  await check(
    `publint ${name}`,
    () => void runTool("publint/src/cli.js", ["--strict", join(root, "dist", name)]),
  );
  await check(
    `arethetypeswrong ${name}`,
    () => void runTool("@arethetypeswrong/cli/dist/index.js", [tarball, "--profile", "esm-only"]),
  );
}

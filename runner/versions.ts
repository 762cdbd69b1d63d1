/** @file Versions and commit, as config.json records them. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** Where the clone, or the installed package, lies. */
export const projectFolder = fileURLToPath(new URL("..", import.meta.url));

/** Versions of wgrad, Node and Dawn's package. */
export function versions(): Record<string, string> {
  const require = createRequire(import.meta.url);
  const versionOf = (path: string) => (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
  return {
    wgrad: versionOf(`${projectFolder}/package.json`),
    node: process.versions.node,
    webgpu: versionOf(require.resolve("webgpu/package.json")),
  };
}

/** Whether this is the package that npm installs: compiled, without the project's documents. */
export function isPackage(): boolean {
  const manifest = readFileSync(`${projectFolder}/package.json`, "utf8");
  return (JSON.parse(manifest) as { name: string }).name === "wgrad-cli";
}

/**
 * The commit the code is at, "+ changes" if files differ from it; undefined outside of a git checkout. An installed package lies
 * in that of somebody else, which does not have its files.
 */
export function commit(): string | undefined {
  const git = (...words: string[]) =>
    execFileSync("git", ["-C", projectFolder, ...words], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  try {
    git("ls-files", "--error-unmatch", "package.json");
    const hash = git("rev-parse", "HEAD");
    return git("status", "--porcelain", "--untracked-files=no") === "" ? hash : `${hash} + changes`;
  } catch {
    return undefined;
  }
}

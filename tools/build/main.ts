/** @file `npm run build`: dist/wgrad, the library that others install, and dist/wgrad-cli, the command line. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { transformSync } from "esbuild";
import { shaderPath } from "../../engine/source.ts";
import { readShaders } from "./esbuild-plugin.ts";
import { importLibraryByName, importsOf, packagesOf } from "./imports.ts";
import { inlineShaders, shaderModule, staysFile } from "./inline-shaders.ts";
import {
  commandLinePackage,
  commandLineRooms,
  fromCommandLine,
  libraryEntries,
  libraryPackage,
  libraryRooms,
  loadedByUrl,
} from "./packages.ts";
import { dropUnreachable } from "./reachable.ts";

const root = join(import.meta.dirname, "../..");
const compiled = join(root, "dist/compiled");

/** Paths of the files below a folder. */
function filesIn(folder: string, ending: RegExp): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => ending.test(path));
}

function compile(): void {
  rmSync(compiled, { recursive: true, force: true });
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [compiler, "-p", join(import.meta.dirname, "tsconfig.json")], {
    stdio: "inherit",
  });
}

/** Imports of JSON become constants: not every bundler knows them, and Node 20 warns of them. */
function inlineJson(code: string, folder: string): string {
  return code.replace(
    /^import (\w+) from "(.+\.json)" with \{ type: "json" \};$/gm,
    (_, name: string, path: string) => {
      return `const ${name} = ${JSON.stringify(JSON.parse(readFileSync(join(folder, path), "utf8")))};`;
    },
  );
}

/** Without comments: those are in the declarations. */
function withoutComments(code: string): string {
  return transformSync(code, { target: "es2022", minifyWhitespace: true }).code;
}

/** Begins a package with what was compiled; returns its folder. */
function begin(name: string, rooms: readonly string[]): string {
  const target = join(root, "dist", name);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target);
  for (const room of rooms) renameSync(join(compiled, room), join(target, room));
  cpSync(join(root, "LICENSE"), join(target, "LICENSE"));
  return target;
}

function writeManifest(target: string, manifest: Record<string, unknown>): void {
  writeFileSync(join(target, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

function buildLibrary(): void {
  const target = begin("wgrad", [...libraryRooms, "index.js", "index.d.ts"]);
  const shaders = readShaders();
  const texts = join(target, "shaders.js");
  for (const path of filesIn(target, /\.js$/)) {
    const file = join(target, path);
    const code = withoutComments(inlineJson(readFileSync(file, "utf8"), join(root, dirname(path))));
    const module = relative(dirname(file), texts).replace(/^(?!\.)/, "./");
    writeFileSync(file, code.includes("kernel(") ? inlineShaders(code, path, shaders, module) : code);
  }
  writeFileSync(texts, shaderModule(shaders));
  for (const path of [...shaders.keys()].filter(staysFile).map(shaderPath))
    cpSync(join(root, path), join(target, path));
  for (const name of fromCommandLine)
    for (const ending of ["js", "d.ts"])
      writeFileSync(join(target, `${name}.${ending}`), `export * from "wgrad-cli/${name}";\n`);
  cpSync(join(root, "README.md"), join(target, "README.md"));
  writeManifest(target, libraryPackage());
}

function buildCommandLine(): void {
  const target = begin("wgrad-cli", commandLineRooms);
  const named = new Set<string>();
  for (const path of filesIn(target, /\.(js|d\.ts)$/)) {
    const file = join(target, path);
    const code = importLibraryByName(readFileSync(file, "utf8"), path);
    writeFileSync(file, path.endsWith(".js") ? withoutComments(code) : code);
    for (const name of packagesOf(code)) named.add(name);
  }
  for (const room of ["cli", "experiments"]) // no export leads there
    for (const path of filesIn(join(target, room), /\.d\.ts$/)) rmSync(join(target, room, path));
  for (const path of filesIn(join(root, "report"), /\.(css|md)$/))
    cpSync(join(root, "report", path), join(target, "report", path));
  for (const path of filesIn(join(root, "cli"), /\.mjs$/)) {
    const code = readFileSync(join(root, "cli", path), "utf8");
    for (const name of packagesOf(code)) named.add(name);
    writeFileSync(join(target, "cli", path), code.replaceAll('.ts"', '.js"'));
  }
  execFileSync(process.execPath, ["--import", "tsx", join(import.meta.dirname, "lab.ts")], {
    stdio: "inherit",
  });
  cpSync(join(root, "dist/lab"), join(target, "lab"), { recursive: true });
  cpSync(join(import.meta.dirname, "wgrad-cli.md"), join(target, "README.md"));
  writeManifest(target, commandLinePackage(named));
}

const internal = "wgrad/internal/";

/** What files of the command line lead to in the library. */
function internalsNamed(ending: RegExp): string[] {
  const folder = join(root, "dist/wgrad-cli");
  const texts = filesIn(folder, ending).map((path) => readFileSync(join(folder, path), "utf8"));
  const names = texts.flatMap(importsOf).filter((name) => name.startsWith(internal));
  return names.map((name) => name.slice(internal.length));
}

compile();
buildLibrary();
buildCommandLine();
const library = join(root, "dist/wgrad");
const entries = libraryEntries.map((path) => path.replace(/\.ts$/, ""));
dropUnreachable(library, ".d.ts", filesIn(library, /\.d\.ts$/), [...entries, ...internalsNamed(/\.d\.ts$/)]);
const modules = [...entries, ...loadedByUrl, ...internalsNamed(/\.m?js$/)];
dropUnreachable(library, ".js", filesIn(library, /\.js$/), modules);
rmSync(compiled, { recursive: true, force: true });

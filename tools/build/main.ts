/** @file `npm run build`: dist/wgrad, the library that others install, and dist/wgrad-cli, the command line. */
import { execFileSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { transformSync } from "esbuild";
import { shaderPath } from "../../engine/source.ts";
import { readShaders } from "./esbuild-plugin.ts";
import { inlineShaders, shaderModule, staysFile } from "./inline-shaders.ts";
import { libraryPackage } from "./packages.ts";

const root = join(import.meta.dirname, "../..");
const target = join(root, "dist/wgrad");

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(ending))
    .map((path) => `${folder}/${path}`);
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

function buildLibrary(): void {
  rmSync(target, { recursive: true, force: true });
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [compiler, "-p", join(import.meta.dirname, "tsconfig.json")], {
    stdio: "inherit",
  });
  const shaders = readShaders();
  const texts = join(target, "shaders.js");
  for (const path of filesIn("dist/wgrad", ".js")) {
    const file = join(root, path);
    const whole = inlineJson(
      readFileSync(file, "utf8"),
      join(root, dirname(path).replace(/^dist\/wgrad/, "")),
    );
    // without comments: those are in the declarations
    const { code } = transformSync(whole, { target: "es2022", minifyWhitespace: true });
    const module = relative(dirname(file), texts).replace(/^(?!\.)/, "./");
    writeFileSync(file, code.includes("kernel(") ? inlineShaders(code, path, shaders, module) : code);
  }
  writeFileSync(texts, shaderModule(shaders));
  for (const path of [...shaders.keys()].filter(staysFile).map(shaderPath))
    cpSync(join(root, path), join(target, path));
  for (const name of ["LICENSE", "README.md"]) cpSync(join(root, name), join(target, name));
  writeFileSync(join(target, "package.json"), `${JSON.stringify(libraryPackage(), null, 2)}\n`);
}

buildLibrary();

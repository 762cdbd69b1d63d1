/** @file The package.json of what is published, from that of the clone. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Manifest {
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  /** a source, or one for each condition */
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

const own = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as Manifest;

const built = (path: string) => path.replace(/\.ts$/, ".js");
const types = (path: string) => path.replace(/\.ts$/, ".d.ts");

export function libraryPackage(): Record<string, unknown> {
  const { version, description, license, engines, dependencies } = own;
  const peers = ["webgpu", "@sparticuz/chromium"];
  const entry = (path: string) => ({ types: types(path), default: built(path) });
  const library = Object.entries(own.exports).filter(([name]) => name !== "./experiment"); // of the command line
  const entries = library.map(([name, path]) => {
    if (typeof path === "string") return [name, entry(path)];
    return [name, Object.fromEntries(Object.entries(path).map(([on, source]) => [on, entry(source)]))];
  });
  return {
    name: "wgrad",
    version,
    description,
    license,
    keywords: ["webgpu", "wgsl", "autodiff", "neural networks", "keras", "machine learning"],
    type: "module",
    engines,
    sideEffects: false,
    exports: { ...Object.fromEntries(entries), "./package.json": "./package.json" },
    imports: {
      "#platform": {
        types: "./engine/platform/node.d.ts",
        browser: "./engine/platform/browser.js",
        worker: "./engine/platform/browser.js",
        default: "./engine/platform/node.js",
      },
    },
    dependencies: { "ml-matrix": dependencies["ml-matrix"] },
    peerDependencies: Object.fromEntries(peers.map((name) => [name, dependencies[name]])),
    peerDependenciesMeta: Object.fromEntries(peers.map((name) => [name, { optional: true }])),
  };
}

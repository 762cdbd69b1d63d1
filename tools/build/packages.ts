/** @file The package.json of what is published, from that of the clone. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Manifest {
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  /** a source, or one for each condition */
  readonly exports: Readonly<Record<string, Source>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

const own = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as Manifest;

/** The rooms of the library, and those of the command line, which import them. */
export const libraryRooms: readonly string[] = [
  "engine",
  "kernels",
  "models",
  "exchange",
  "datasets",
  "applications",
  "lessons",
];
export const commandLineRooms: readonly string[] = ["runner", "report", "experiments", "cli"];

type Source = string | Readonly<Record<string, string>>;

function roomOf(source: Source): string {
  const path = typeof source === "string" ? source : Object.values(source)[0]!;
  return path.split("/")[1]!;
}

const [ofCommandLine, ofLibrary] = [true, false].map((wanted) =>
  Object.entries(own.exports).filter(([, source]) => commandLineRooms.includes(roomOf(source)) === wanted),
) as [[string, Source][], [string, Source][]];

/** "experiment", "report": exports of the library that the command line brings. */
export const fromCommandLine: readonly string[] = ofCommandLine.map(([name]) => name.replace("./", ""));

/** Dawn, the software adapter, the decoder of photographs, the reader of HDF5: optional for the library, since a page needs none of them. */
const drivers = ["webgpu", "@sparticuz/chromium", "sharp", "h5wasm"];

function entry(path: string): Record<string, string> {
  return { types: path.replace(/\.ts$/, ".d.ts"), default: path.replace(/\.ts$/, ".js") };
}

function entries(exports: readonly (readonly [string, Source])[]): Record<string, unknown> {
  const built = exports.map(([name, source]) => {
    if (typeof source === "string") return [name, entry(source)];
    return [name, Object.fromEntries(Object.entries(source).map(([on, path]) => [on, entry(path)]))];
  });
  return Object.fromEntries(built);
}

/** The library's modules that others import by name, without those of the command line. */
export const libraryEntries: readonly string[] = [
  ...ofLibrary.flatMap(([, source]) => (typeof source === "string" ? [source] : Object.values(source))),
  "engine/platform/node.ts",
  "datasets/formats/images/decoder/node.ts",
  ...fromCommandLine.map((name) => `${name}.ts`),
];

/** Its modules that no import names: the other half of a choice by "imports", and what runs in a thread. */
export const loadedByUrl: readonly string[] = [
  "engine/platform/browser",
  "datasets/formats/images/decoder/browser",
  "datasets/sources/folder/decode-worker",
];

/** @throws Error for a package that the clone does not depend on */
function dependenciesOn(names: Iterable<string>): Record<string, string> {
  const versions = [...names].sort().map((name) => {
    const version = own.dependencies[name];
    if (version === undefined) throw new Error(`${name} is imported, but no dependency of the clone.`);
    return [name, version];
  });
  return Object.fromEntries(versions);
}

export function libraryPackage(): Record<string, unknown> {
  const { version, description, license, engines } = own;
  const peers = { ...dependenciesOn(drivers), "wgrad-cli": version };
  return {
    name: "wgrad",
    version,
    description,
    license,
    keywords: ["webgpu", "wgsl", "autodiff", "neural networks", "keras", "machine learning"],
    type: "module",
    engines,
    sideEffects: false,
    exports: {
      ...entries(ofLibrary),
      ...entries(ofCommandLine.map(([name]) => [name, `${name}.ts`])),
      "./internal/*": { types: "./*.d.ts", default: "./*.js" }, // for wgrad-cli of the same version
      "./package.json": "./package.json",
    },
    imports: {
      "#platform": {
        types: "./engine/platform/node.d.ts",
        browser: "./engine/platform/browser.js",
        worker: "./engine/platform/browser.js",
        default: "./engine/platform/node.js",
      },
      "#image-decoder": {
        types: "./datasets/formats/images/decoder/node.d.ts",
        browser: "./datasets/formats/images/decoder/browser.js",
        worker: "./datasets/formats/images/decoder/browser.js",
        default: "./datasets/formats/images/decoder/node.js",
      },
    },
    dependencies: dependenciesOn(["fflate", "ml-matrix"]),
    peerDependencies: peers,
    peerDependenciesMeta: Object.fromEntries(Object.keys(peers).map((name) => [name, { optional: true }])),
  };
}

/** `named`: the packages that its modules import. */
export function commandLinePackage(named: ReadonlySet<string>): Record<string, unknown> {
  const { version, license, engines } = own;
  const unseen = [...drivers, "@expo-google-fonts/pt-sans"]; // the library loads those; a report, the files of this one
  const packages = new Set([...named, ...unseen].filter((name) => name !== "wgrad"));
  return {
    name: "wgrad-cli",
    version,
    description:
      "The command line of wgrad: experiments on small vision networks, trained on the GPU, with reports.",
    license,
    keywords: ["webgpu", "neural networks", "keras", "experiments", "machine learning"],
    type: "module",
    engines,
    bin: { wgrad: "cli/wgrad.mjs" },
    exports: { ...entries(ofCommandLine), "./package.json": "./package.json" },
    imports: { "#platform": "wgrad/internal/engine/platform/node" },
    dependencies: { wgrad: version, ...dependenciesOn(packages) },
  };
}
